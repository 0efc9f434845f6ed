"""The bench that training and measuring share: a catalogue, its linker, and the parser over given weights."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from agent.parsing.agreement import Matcher
from agent.parsing.compact import CompactParser
from agent.parsing.encoder import fingerprint
from agent.parsing.encoding import TurnEncoder
from agent.parsing.labels import Labels
from agent.parsing.linked import LinkedReading
from agent.parsing.network import CommandNetwork
from agent.parsing.reading import NetworkReader
from agent.parsing.weights import Calibration, Manifest, save
from distill.augment import Augmenter
from distill.calibrate import Evidence, calibrate
from distill.courses import Courses, Mixture, Preparer
from distill.material import Material
from distill.simulate import Simulator
from distill.targets import derive_labels
from distill.train import Schedule
from tools.catalogue import Catalogue
from tools.linking import Linker
from tools.mentions import Mention


@dataclass(frozen=True, slots=True)
class Bench:
    """What every step of making a compact parser needs."""

    catalogue: Catalogue
    linker: Linker
    base: Path

    @classmethod
    def open(cls, domain: Path, base: Path) -> Self:
        """Return a bench over the domain in a folder. Raises CatalogueError where the folder is no domain."""
        catalogue = Catalogue.load(domain)
        return cls(catalogue, Linker.build(catalogue), base)

    @property
    def reading(self) -> LinkedReading:
        return LinkedReading(self.catalogue, self.linker)

    def find(self, text: str, year: int) -> tuple[Mention, ...]:
        """What the linker finds in what was said before a turn."""
        return self.linker.find(text, (), year)

    def encoder(self, labels: Labels) -> TurnEncoder:
        return TurnEncoder(self.base, labels.facets)

    def title_of(self, item_id: str) -> str:
        return self.catalogue.item(self.catalogue.row(item_id)).title

    def labels(self, material: Material) -> Labels:
        return derive_labels(self.catalogue.domain, material.examples)

    def courses(self, material: Material, labels: Labels, mixture: Mixture, schedule: Schedule) -> Courses:
        """Return the epochs of a training on this material."""
        preparer = Preparer(self.reading, self.encoder(labels), labels)
        augmenter, simulator = Augmenter(self.catalogue), Simulator(self.catalogue)
        return Courses(material.examples, preparer, augmenter, simulator, mixture, schedule.seed)

    def parser(self, network: CommandNetwork, labels: Labels, calibration: Calibration) -> CompactParser:
        return CompactParser(
            self.catalogue.domain,
            labels,
            self.reader(network, labels, calibration),
            calibration,
            self.find,
            self.title_of,
        )

    def reader(self, network: CommandNetwork, labels: Labels, calibration: Calibration) -> NetworkReader:
        return NetworkReader(network, self.encoder(labels), labels, calibration.looseness)

    def calibrate(
        self, network: CommandNetwork, labels: Labels, material: Material
    ) -> tuple[Calibration, Evidence, Evidence]:
        """Return confidences and thresholds fitted on the validation part, and what they were fitted on."""
        loose = Calibration()
        parser, reader = self.parser(network, labels, loose), self.reader(network, labels, loose)
        matcher = Matcher(self.catalogue.domain)
        return calibrate(parser, reader, material.validation, self.reading.read, self.find, matcher)

    def save(self, network: CommandNetwork, labels: Labels, kept: int, calibration: Calibration, folder: Path) -> Path:
        """Write the weights and what they fit. Raises WeightsError rather than overwrite any."""
        manifest = Manifest(base=fingerprint(self.base), labels=labels, kept=kept, calibration=calibration)
        return save(network, manifest, folder)
