"""A presentation with a master and layouts of its own: plain, wide, and lettered in Arial."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.oxml import parse_xml
from pptx.util import Inches

from speccomm.publishing.rendering.slides import look

COVER, CONTENT = "Cover", "Content"
KEPT = {0: COVER, 5: CONTENT}
EMU = 914_400
NAMES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
COLOURS = {
    "dk1": look.INK,
    "lt1": look.WHITE,
    "dk2": look.DEEP_BLUE,
    "lt2": look.PALE,
    "accent1": look.BLUE,
    "accent2": "00A499",
    "accent3": "AE2573",
    "accent4": "B34700",
    "accent5": "425563",
    "accent6": "003087",
    "hlink": look.BLUE,
    "folHlink": "330072",
}


def open_template() -> Any:
    """An empty presentation of our own look."""
    presentation = Presentation()
    presentation.slide_width, presentation.slide_height = Inches(look.WIDTH), Inches(look.HEIGHT)
    layouts = list(presentation.slide_layouts)
    for place, layout in enumerate(layouts):
        if place in KEPT:
            _replace(layout, _cover() if KEPT[place] == COVER else _content(), KEPT[place])
        else:
            presentation.slide_layouts.remove(layout)
    master = presentation.slide_master
    _replace(master, _master(), "")
    _set_text_styles(master)
    _set_theme(master)
    _drop_leftovers(presentation)
    return presentation


def layout_of(presentation: Any, name: str) -> Any:
    """A layout by its name."""
    return next(layout for layout in presentation.slide_layouts if layout.name == name)


def _replace(part: Any, shapes: str, name: str) -> None:
    """Give a master or a layout these shapes in place of all it had."""
    slide = part.element.cSld
    fresh = parse_xml(f'<p:cSld {NAMES} name="{name}">{_background()}{_tree(shapes)}</p:cSld>')
    if not name:
        del fresh.attrib["name"]
    slide.getparent().replace(slide, fresh)


def _background() -> str:
    return (
        '<p:bg><p:bgPr><a:solidFill><a:schemeClr val="bg1"/></a:solidFill><a:effectLst/>'
        "</p:bgPr></p:bg>"
    )


def _tree(shapes: str) -> str:
    return (
        '<p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr>'
        f"<p:grpSpPr/>{shapes}</p:spTree>"
    )


def _master() -> str:
    return (
        _band(0.0, 0.0, look.WIDTH, 0.12)
        + _holder("Title", 'type="title"', _title_place(), "Title", 3)
        + _holder(
            "Text",
            'type="body" idx="1"',
            (look.MARGIN, look.TOP, look.ROOM, look.CONTENT_HEIGHT),
            "Text",
            4,
        )
        + foot_shapes("Handling", numbers=(5, 6))
    )


def _content() -> str:
    return _holder("Title", 'type="title"', None, "Title", 2) + foot_shapes(
        "Handling", numbers=(3, 4)
    )


def _cover() -> str:
    return (
        _band(0.0, 0.0, 0.35, look.HEIGHT)
        + _holder("Title", 'type="ctrTitle"', (1.0, 1.7, 11.3, 1.5), "Title", 2)
        + _holder("Subtitle", 'type="subTitle" idx="1"', (1.0, 3.3, 11.3, 2.9), "Words", 3)
        + foot_shapes("Handling", numbers=(4, 5))
    )


def _title_place() -> tuple[float, float, float, float]:
    return (look.MARGIN, look.TITLE_TOP, look.ROOM, look.TITLE_HEIGHT)


def foot_shapes(handling: str, *, numbers: tuple[int, int], own: bool = False) -> str:
    """The line of handling and the number of the slide, as placeholders; `own` is of a slide."""
    width = look.ROOM - look.NUMBER_WIDTH
    place = None if own else (look.MARGIN, look.FOOT_TOP, width, look.FOOT_HEIGHT)
    right = (look.MARGIN + width, look.FOOT_TOP, look.NUMBER_WIDTH, look.FOOT_HEIGHT)
    size = f'sz="{look.FOOT_SIZE * 100}"'
    left_style = _style(f'<a:defRPr {size} b="1">{_fill(look.CAUTION)}</a:defRPr>', "l")
    right_style = _style(f"<a:defRPr {size}>{_fill(look.QUIET)}</a:defRPr>", "r")
    return _holder(
        "Handling",
        'type="ftr" sz="quarter" idx="11"',
        place,
        handling,
        numbers[0],
        style="" if own else left_style,
    ) + _holder(
        "Slide number",
        'type="sldNum" sz="quarter" idx="12"',
        None if own else right,
        "",
        numbers[1],
        style="" if own else right_style,
        field=True,
    )


def _style(run: str, align: str) -> str:
    return f'<a:lvl1pPr algn="{align}">{run}</a:lvl1pPr>'


def _fill(colour: str) -> str:
    return f'<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>'


def _holder(
    name: str,
    kind: str,
    place: tuple[float, float, float, float] | None,
    text: str,
    number: int,
    *,
    style: str = "",
    field: bool = False,
) -> str:
    said = f"<a:r><a:rPr lang='en-GB'/><a:t>{_escaped(text)}</a:t></a:r>"
    if field:
        said = (
            '<a:fld id="{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}" type="slidenum">'
            "<a:rPr lang='en-GB'/><a:t>‹#›</a:t></a:fld>"
        )
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{name}"/>'
        f'<p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr><p:nvPr><p:ph {kind}/></p:nvPr></p:nvSpPr>'
        f"<p:spPr>{_at(place) if place else ''}</p:spPr>"
        f"<p:txBody><a:bodyPr/><a:lstStyle>{style}</a:lstStyle><a:p>{said}</a:p></p:txBody></p:sp>"
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _at(place: tuple[float, float, float, float]) -> str:
    x, y, width, height = (round(length * EMU) for length in place)
    return (
        f'<a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
    )


def _band(x: float, y: float, width: float, height: float) -> str:
    return (
        '<p:sp><p:nvSpPr><p:cNvPr id="20" name="Band" descr=""/><p:cNvSpPr/>'
        '<p:nvPr userDrawn="1"/></p:nvSpPr>'
        f"<p:spPr>{_at((x, y, width, height))}{_fill(look.BLUE)}<a:ln><a:noFill/></a:ln></p:spPr>"
        "<p:txBody><a:bodyPr/><a:lstStyle/><a:p><a:endParaRPr lang='en-GB'/></a:p></p:txBody></p:sp>"
    )


def _set_text_styles(master: Any) -> None:
    styles = master.element.find(f"{{{master.element.nsmap['p']}}}txStyles")
    title = f'sz="{look.TITLE_SIZES[0] * 100}" b="1"'
    body = f'sz="{look.WORDS_SIZE * 100}"'
    fresh = parse_xml(
        f"<p:txStyles {NAMES}>"
        f'<p:titleStyle><a:lvl1pPr algn="l"><a:spcBef><a:spcPts val="0"/></a:spcBef><a:buNone/>'
        f'<a:defRPr {title}>{_fill(look.DEEP_BLUE)}<a:latin typeface="+mj-lt"/></a:defRPr>'
        "</a:lvl1pPr></p:titleStyle>"
        '<p:bodyStyle><a:lvl1pPr marL="0" indent="0" algn="l"><a:buNone/>'
        f'<a:defRPr {body}>{_fill(look.INK)}<a:latin typeface="+mn-lt"/></a:defRPr></a:lvl1pPr>'
        "</p:bodyStyle><p:otherStyle/></p:txStyles>"
    )
    styles.getparent().replace(styles, fresh)


def _set_theme(master: Any) -> None:
    part = master.part.part_related_by(RT.THEME)
    theme = etree.fromstring(part.blob)
    space = {"a": theme.nsmap["a"]}
    theme.set("name", "speccomm")
    scheme = theme.find(".//a:clrScheme", space)
    scheme.set("name", "speccomm")
    for name, colour in COLOURS.items():
        slot = scheme.find(f"a:{name}", space)
        for child in list(slot):
            slot.remove(child)
        etree.SubElement(slot, f"{{{space['a']}}}srgbClr").set("val", colour)
    fonts = theme.find(".//a:fontScheme", space)
    fonts.set("name", "speccomm")
    for latin in fonts.iterfind(".//a:latin", space):
        latin.set("typeface", look.FONT)
    part._blob = etree.tostring(theme, xml_declaration=True, encoding="UTF-8", standalone=True)


def _drop_leftovers(presentation: Any) -> None:
    """The library's own picture of its template and settings of somebody's printer."""
    for part in (presentation.part, presentation.part.package):
        for name, relation in list(part._rels.items()):
            if re.search("thumbnail|printerSettings", relation.reltype):
                part._rels.pop(name)
