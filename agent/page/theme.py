"""Colours and type of the page, once, for Gradio's own parts, for the style sheet and for the map."""

from dataclasses import dataclass, fields

import gradio as gr
from gradio.themes.utils.fonts import LocalFont


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """One look. Text on its ground has a contrast of at least 4.5 to 1 (WCAG 2.2 AA); a test holds this."""

    paper: str
    """Behind everything."""
    card: str
    """What lies on the paper."""
    sunk: str
    """What lies below it: fields, tags."""
    line: str
    ink: str
    soft: str
    """Text of second rank."""
    accent: str
    """What can be pressed, and what fits."""
    accent_ground: str
    on_accent: str
    must: str
    must_ground: str
    against: str
    against_ground: str


LIGHT = Palette(
    paper="#f3f5f1",
    card="#ffffff",
    sunk="#e9ede7",
    line="#cfd8d1",
    ink="#15201b",
    soft="#4f5f57",
    accent="#0d6350",
    accent_ground="#d9ece4",
    on_accent="#ffffff",
    must="#9a3a08",
    must_ground="#fbe6d6",
    against="#8b2557",
    against_ground="#f8e2ec",
)
DARK = Palette(
    paper="#0e1412",
    card="#161e1b",
    sunk="#202a26",
    line="#33403a",
    ink="#e8efeb",
    soft="#a3b4ac",
    accent="#7cd8b9",
    accent_ground="#1a3a31",
    on_accent="#07211a",
    must="#ffb07a",
    must_ground="#43280f",
    against="#f3a6c6",
    against_ground="#43192d",
)


def variables() -> str:
    """Return the palettes as custom properties of CSS."""
    return (
        f":root {{ {_properties(LIGHT)} color-scheme: light; }}\n.dark {{ {_properties(DARK)} color-scheme: dark; }}\n"
    )


def _properties(palette: Palette) -> str:
    return " ".join(f"--{field.name.replace('_', '-')}: {getattr(palette, field.name)};" for field in fields(palette))


def make_theme() -> gr.themes.Base:
    """Return the Gradio theme. Its fonts are files that Gradio brings along: nothing is fetched from elsewhere."""
    # Gradio's semibold files hold only some letters, so there are two weights.
    theme = gr.themes.Base(
        font=[LocalFont("IBM Plex Sans", weights=(400, 700)), "ui-sans-serif", "system-ui", "sans-serif"],
        font_mono=[LocalFont("IBM Plex Mono", weights=(400, 700)), "ui-monospace", "monospace"],
        radius_size=gr.themes.sizes.radius_sm,
    )
    shared = {
        "body_background_fill": "paper",
        "body_text_color": "ink",
        "body_text_color_subdued": "soft",
        "background_fill_primary": "card",
        "background_fill_secondary": "paper",
        "block_background_fill": "card",
        "block_label_text_color": "soft",
        "block_title_text_color": "ink",
        "block_info_text_color": "soft",
        "border_color_primary": "line",
        "border_color_accent": "accent",
        "color_accent_soft": "accent_ground",
        "input_background_fill": "card",
        "input_border_color": "line",
        "input_border_color_focus": "accent",
        "input_placeholder_color": "soft",
        "button_primary_background_fill": "accent",
        "button_primary_background_fill_hover": "accent",
        "button_primary_text_color": "on_accent",
        "button_secondary_background_fill": "card",
        "button_secondary_text_color": "ink",
        "slider_color": "accent",
        "link_text_color": "accent",
    }
    colours = {name: getattr(LIGHT, colour) for name, colour in shared.items()}
    colours |= {f"{name}_dark": getattr(DARK, colour) for name, colour in shared.items()}
    return theme.set(**colours, block_border_width="0px", block_shadow="none", block_padding="0px")
