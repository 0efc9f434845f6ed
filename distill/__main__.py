"""`python -m distill`: how the compact parser's data and weights are made."""

import asyncio
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import torch
import typer

from agent.errors import ModelError
from agent.llm import LanguageModel
from agent.modelserver import OpenAIModel
from agent.parsing.agreement import Matcher
from agent.parsing.errors import WeightsError
from agent.parsing.instruct import InstructParser
from agent.parsing.labelled import LabelledFileError
from agent.parsing.network import CommandNetwork
from agent.parsing.parser import ParseInput
from agent.parsing.weights import FILE, load
from distill.bench import Bench
from distill.calibrate import reliability
from distill.causal import Study, merged_student, new_student, open_student, teach
from distill.courses import Mixture, Preparer
from distill.examples import place_labels
from distill.heads import head_figures
from distill.label import Consensus, Labeller, NoParser, Sampling, read_utterances, speak, write_lines
from distill.lessons import Lessons
from distill.lines import as_text
from distill.material import Material
from distill.plot import reliability_svg
from distill.simulate import Simulator
from distill.train import CHECKPOINT, Progress, Schedule, TrainingError, restore, train
from tools.catalogue import Catalogue
from tools.embedding import shipped_folder
from tools.errors import CatalogueError

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

_ROOT = Path(__file__).parents[1]
_MOVIES = _ROOT / "data" / "movies"
SCRATCH = "scratch"
_TEACHER = _ROOT / "data" / "commands" / "teacher.jsonl"

DomainOption = Annotated[Path, typer.Option(help="Folder with domain.toml and items.jsonl.")]
DataOption = Annotated[list[Path] | None, typer.Option("--data", help="Labelled turns; the teacher's by default.")]
RealOption = Annotated[Path | None, typer.Option(help="Labelled turns of real dialogues, split by dialogue.")]
ThreadsOption = Annotated[int, typer.Option(help="Processor threads; figures repeat exactly only with the same.")]


@app.command()
def simulate(
    out: Annotated[Path, typer.Option(help="File to write; it must not exist.")],
    domain: DomainOption = _MOVIES,
    count: Annotated[int, typer.Option(min=1)] = 2000,
    seed: int = 1,
) -> None:
    """Write labelled turns put together from a domain's facets, words, names and titles."""
    if out.exists():
        _stop(f"{str(out)!r} exists; nothing is overwritten, so name another file")
    try:
        simulator = Simulator(Catalogue.load(domain))
    except CatalogueError as error:
        _stop(error)
    lines = [as_text(example) for example in simulator.examples(count, random.Random(seed))]
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("\n".join(lines) + "\n", encoding="utf8")
    typer.echo(f"{count} turns in {out}", err=True)


@app.command(name="train")
def train_command(
    out: Annotated[Path, typer.Option(help="Folder for the weights; it must not hold any yet.")],
    data: DataOption = None,
    real: RealOption = None,
    domain: DomainOption = _MOVIES,
    student: Annotated[Literal["compact", "causal"], typer.Option(help="What is trained.")] = "compact",
    base: Annotated[str, typer.Option(help="causal: folder of an instruct model, or 'scratch'.")] = SCRATCH,
    epochs: Annotated[int | None, typer.Option(min=1, help="By default 16, of a causal student 3.")] = None,
    seed: int = Schedule().seed,
    simulated: Annotated[int, typer.Option(help="Simulated turns an epoch.")] = Mixture().simulated,
    recorded: Annotated[int, typer.Option(help="How often a turn of real dialogues comes up an epoch.", min=1)] = (
        Mixture().recorded
    ),
    start: Annotated[Path | None, typer.Option(help="compact: folder of a finished training to go on from.")] = None,
    pace: Annotated[float, typer.Option(help="compact: share of the usual learning rates.", min=0.0, max=2.0)] = 1.0,
    share: Annotated[float, typer.Option(help="Share of the written turns that is used.", min=0.0, max=1.0)] = 1.0,
    augment: Annotated[bool, typer.Option(help="Vary names, values and typing.")] = True,
    drawn: Annotated[int | None, typer.Option(help="causal: turns an epoch, drawn by chance.", min=1)] = None,
    adapted: Annotated[bool, typer.Option("--adapted", help="causal: low-rank additions, whatever the size.")] = False,
    terse: Annotated[bool, typer.Option("--terse", help="causal: a ChatML base that is told no instructions.")] = False,
    rate: Annotated[float | None, typer.Option(help="causal: highest learning rate.", min=1e-7, max=0.1)] = None,
    threads: ThreadsOption = 2,
) -> None:
    """Train the compact parser, or a language model to take its place; a stopped training goes on where it was."""
    written = out / (FILE if student == "compact" else "config.json")
    if written.exists():
        _stop(f"{str(written)!r} exists; nothing is overwritten, so move it away or name another folder")
    torch.set_num_threads(threads)
    mixture = Mixture(simulated=simulated, recorded=recorded, augment=augment)
    try:
        bench = Bench.open(domain, _base())
        material = Material.read(data or [_TEACHER], real, share)
        typer.echo(f"{len(material.examples)} turns and {simulated} simulated ones an epoch", err=True)
        if student == "compact":
            schedule = Schedule(epochs=epochs or Schedule().epochs, seed=seed).paced(pace)
            _train_compact(bench, material, mixture, schedule, out, start)
        else:
            study = Study(
                epochs=epochs or Study().epochs, seed=seed, drawn=drawn, adapted=adapted, terse=terse, rate=rate
            )
            _train_causal(bench, material, mixture, study, base, out)
    except (CatalogueError, LabelledFileError, WeightsError, TrainingError) as error:
        _stop(error)


@app.command()
def merge(
    additions: Annotated[Path, typer.Argument(help="Folder of low-rank additions, as a causal training wrote it.")],
    base: Annotated[Path, typer.Option(help="Folder of the base that they were trained on.")],
    out: Annotated[Path, typer.Option(help="Folder for the model; it must not hold one yet.")],
    terse: Annotated[bool, typer.Option("--terse", help="The additions were trained with --terse.")] = False,
) -> None:
    """Merge low-rank additions into their base: a folder that vLLM serves."""
    if (out / "config.json").exists():
        _stop(f"{str(out / 'config.json')!r} exists; nothing is overwritten, so name another folder")
    try:
        merged_student(additions, base, terse).save(out)
    except TrainingError as error:
        _stop(error)
    typer.echo(f"{out}: serve it with .ci/vllm.sh serve {out}", err=True)


@app.command()
def label(
    model_url: Annotated[str, typer.Option(help="OpenAI-compatible server of the teacher.")],
    out: Annotated[Path, typer.Option(help="File for what the samples agree on; it must not exist.")],
    utterances: Annotated[Path | None, typer.Option(help="Turns to label, one a line.")] = None,
    topic: Annotated[list[str] | None, typer.Option(help="Have the teacher write turns about this first.")] = None,
    count: Annotated[int, typer.Option(help="Turns to write a topic.", min=1, max=50)] = 20,
    model: Annotated[str | None, typer.Option(help="Model name at that server.")] = None,
    domain: DomainOption = _MOVIES,
    samples: Annotated[int, typer.Option(min=2, max=9)] = 3,
    least: Annotated[float, typer.Option(help="Agreement under which a turn is set aside.", min=0, max=1)] = 0.8,
) -> None:
    """Have a teacher model label turns; what its samples disagree on is set aside in OUT.aside."""
    aside = out.with_name(out.name + ".aside")
    if out.exists() or aside.exists():
        _stop(f"{str(out)!r} or {str(aside)!r} exists; nothing is overwritten, so name another file")
    try:
        given = read_utterances(utterances) if utterances else []
        bench = Bench.open(domain, _base())
        teacher = OpenAIModel(model_url, model=model)
        agreed, disputed = asyncio.run(_labelled(bench, teacher, given, topic or [], count, samples, least))
    except (CatalogueError, LabelledFileError, ModelError) as error:
        _stop(error)
    write_lines(out, agreed)
    write_lines(aside, disputed)
    typer.echo(f"{len(agreed)} turns in {out}, {len(disputed)} set aside in {aside}", err=True)


@app.command()
def evaluate(
    weights: Annotated[Path, typer.Argument(help="Folder with the weights.")],
    data: DataOption = None,
    real: RealOption = None,
    domain: DomainOption = _MOVIES,
    plot: Annotated[Path | None, typer.Option(help="Draw the reliability into this SVG file.")] = None,
    threads: ThreadsOption = 2,
) -> None:
    """Print each head's own figure and the reliability of confidences, on the validation part, as JSON."""
    torch.set_num_threads(threads)
    try:
        bench = Bench.open(domain, _base())
        material = Material.read(data or [_TEACHER], real)
        report = _report(bench, weights, material)
    except (CatalogueError, LabelledFileError, WeightsError) as error:
        _stop(error)
    if plot is not None:
        plot.write_text(reliability_svg(report["reliability"]), encoding="utf8")
    typer.echo(json.dumps(report))


@app.command()
def export(
    checkpoint: Annotated[Path, typer.Argument(help="Folder of a training, finished or stopped.")],
    out: Annotated[Path, typer.Option(help="Folder for the weights; it must not hold any yet.")],
    data: DataOption = None,
    real: RealOption = None,
    domain: DomainOption = _MOVIES,
) -> None:
    """Write weights from the last checkpoint of a training, calibrated anew."""
    try:
        bench = Bench.open(domain, _base())
        material = Material.read(data or [_TEACHER], real)
        labels = bench.labels(material)
        network, kept = restore(checkpoint / CHECKPOINT, labels, bench.base)
        calibration, _, _ = bench.calibrate(network, labels, material)
        path = bench.save(network, labels, kept, calibration, out)
    except (CatalogueError, LabelledFileError, WeightsError, TrainingError) as error:
        _stop(error)
    typer.echo(f"{path} ({path.stat().st_size / 1e6:.1f} MB)", err=True)


def _train_compact(
    bench: Bench, material: Material, mixture: Mixture, schedule: Schedule, out: Path, start: Path | None
) -> None:
    labels = bench.labels(material)
    courses = bench.courses(material, labels, mixture, schedule)
    first = restore(start / "checkpoint" / CHECKPOINT, labels, bench.base)[0].learned() if start else None
    network = train(labels, bench.base, courses, schedule, out / "checkpoint", first, report=_tell)
    calibration, wishes, _ = bench.calibrate(network, labels, material)
    path = bench.save(network, labels, schedule.kept, calibration, out)
    typer.echo(f"{path} ({path.stat().st_size / 1e6:.1f} MB)", err=True)
    typer.echo(f"reliability on validation: {_shown(reliability(wishes, calibration.wish))}", err=True)


def _train_causal(bench: Bench, material: Material, mixture: Mixture, study: Study, base: str, out: Path) -> None:
    untitled = 0.5 if base == SCRATCH or study.terse else 0.0
    lessons = Lessons(bench, material.examples, mixture, study.seed, untitled)
    student = new_student(lessons(0), study) if base == SCRATCH else open_student(Path(base), study)
    typer.echo(f"{student.parameters / 1e6:.1f} M parameters", err=True)
    teach(
        student, lessons, study, out / "checkpoint",
        report=lambda epoch, loss: typer.echo(f"epoch {epoch}: loss {loss:.3f} a token", err=True),
    )  # fmt: skip
    student.save(out)
    typer.echo(f"{out}: serve it with .ci/vllm.sh serve {out}", err=True)


async def _labelled(
    bench: Bench,
    teacher: LanguageModel,
    given: Sequence[str],
    topics: Sequence[str],
    count: int,
    samples: int,
    least: float,
) -> tuple[list[Consensus], list[Consensus]]:
    domain, sampling = bench.catalogue.domain, Sampling(teacher)
    try:
        texts = list(given)
        for topic in topics:
            texts += await speak(teacher, domain, topic, count)
        parser = InstructParser(sampling, domain, NoParser(), title_of=bench.title_of)
        labeller = Labeller(parser, sampling, Matcher(domain), samples)
        labelled = [await labeller.label(bench.reading.read(ParseInput(text=text))) for text in texts]
    finally:
        await teacher.close()
    return (
        [one for one in labelled if one.agreement >= least],
        [one for one in labelled if one.agreement < least],
    )


def _report(bench: Bench, weights: Path, material: Material) -> dict[str, Any]:
    network, manifest = load(weights, bench.base)
    labels, calibration = manifest.labels, manifest.calibration
    preparer = Preparer(bench.reading, bench.encoder(labels), labels)
    prepared = [preparer.prepare(place_labels(labelled, "validation")) for labelled in material.validation]
    _, wishes, items = bench.calibrate(network, labels, material)
    return {
        "n": len(prepared),
        "heads": head_figures(network, prepared),
        "reliability": {
            "wishes": reliability(wishes, calibration.wish),
            "items": reliability(items, calibration.item),
        },
        "calibration": calibration.model_dump(),
    }


def _tell(progress: Progress, _: CommandNetwork) -> None:
    typer.echo(f"epoch {progress.epoch + 1}: loss {progress.loss:.3f}, {progress.seconds:.0f} s", err=True)


def _shown(table: Sequence[tuple[float, float, int]]) -> str:
    return ", ".join(f"{said:.2f} said {right:.2f} right ({count})" for said, right, count in table)


def _base() -> Path:
    return Path(shipped_folder())


def _stop(problem: object) -> NoReturn:
    typer.echo(f"error: {problem}", err=True)
    raise typer.Exit(2)


if __name__ == "__main__":
    app()
