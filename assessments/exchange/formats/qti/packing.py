"""A content package of written items: the archive, its manifest, and the pictures that the items show."""

import zipfile
from collections.abc import Mapping
from io import BytesIO

from assessments.enums import Difficulty
from assessments.exchange.formats.qti.writing import picture_path, pictures_of
from assessments.exchange.questions import Question
from assessments.exchange.xml import element, escaped

_MANIFEST = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
_LOM = "http://ltsc.ieee.org/xsd/LOM"
_DATE = (2000, 1, 1, 0, 0, 0)  # the same bank gives the same bytes


def _difficulty(question: Question) -> str:
    """LOM 5.8 (IEEE 1484.12.1)."""
    if not question.difficulty:
        return ""
    word = {Difficulty.EASY: "easy", Difficulty.MEDIUM: "medium", Difficulty.HARD: "difficult"}
    value = element("lom:value", word[Difficulty(question.difficulty)])
    return element("lom:educational", element("lom:difficulty", element("lom:source", "LOMv1.0"), value))


def package(files: Mapping[str, tuple[str, Question]]) -> bytes:
    """A content package of these items: path → its XML and the question it came from."""
    resources = []
    pictures: dict[str, bytes] = {}
    for number, (path, (_xml, question)) in enumerate(files.items(), 1):
        keywords = "".join(element("lom:keyword", element("lom:string", escaped(tag))) for tag in question.tags)
        topic = question.category.rpartition("/top/")[2] if "/top/" in question.category else ""
        taxon = element("lom:entry", element("lom:string", escaped(topic.replace("//", "/"))))
        path_to = element("lom:classification", element("lom:taxonPath", element("lom:taxon", taxon))) if topic else ""
        described = (element("lom:general", keywords) if keywords else "") + _difficulty(question) + path_to
        metadata = [element("metadata", element("lom:lom", described))] if described else []
        shown = {f"items/{picture_path(one)}": one for one in pictures_of(question)}
        pictures |= {name: one.content for name, one in shown.items()}
        parts = [element("file", href=name) for name in (path, *shown)]
        attributes = {"identifier": f"item-{number:04}", "type": "imsqti_item_xmlv3p0", "href": path}
        resources.append(element("resource", *metadata, *parts, **attributes))
    about = element("metadata", element("schema", "QTI Package"), element("schemaversion", "3.0.0"))
    head = {"xmlns": _MANIFEST, "xmlns:lom": _LOM, "identifier": "items"}
    manifest = element("manifest", about, element("organizations"), element("resources", *resources), **head)
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
        for path, text in (
            ("imsmanifest.xml", declaration + manifest),
            *((path, xml) for path, (xml, _q) in files.items()),
        ):
            archive.writestr(zipfile.ZipInfo(path, _DATE), text, zipfile.ZIP_DEFLATED)
        for path, content in pictures.items():
            archive.writestr(zipfile.ZipInfo(path, _DATE), content, zipfile.ZIP_STORED)
    return buffer.getvalue()
