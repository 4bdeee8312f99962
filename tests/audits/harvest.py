"""sickle, the OAI-PMH client of Python's users, harvests the service; a page of a research output is followed by its
signposts with signposting.

ZHANJIAN_URL names the address of /graphql, ZHANJIAN_BINARY the program, ZHANJIAN_DATA its data folder.
"""

import json
import os
import subprocess
import tempfile
import urllib.request

from sickle import Sickle
from sickle.oaiexceptions import BadArgument, BadResumptionToken, IdDoesNotExist, NoRecordsMatch
from signposting import find_signposting_http

BASE = os.environ["ZHANJIAN_URL"].removesuffix("/graphql")
OAI = f"{BASE}/oai"


def refused(fault, ask):
    try:
        list(ask())
    except fault:
        return
    raise AssertionError(f"{fault.__name__} was expected")


def take_in(rows):
    """What an operator imports while the service serves."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        file.flush()
        command = [os.environ["ZHANJIAN_BINARY"], "--data-dir", os.environ["ZHANJIAN_DATA"]]
        command += ["import", "research-outputs", file.name, "--audience", "PUBLIC"]
        # The program takes every variable of this beginning for a setting.
        plain = {name: it for name, it in os.environ.items() if not name.startswith("ZHANJIAN_")}
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=plain)


def output(number, **more):
    return {
        "externalId": f"audit-{number}",
        "organization": "demo-biomaterials",
        "title": f"示例成果 {number} <&>",
        "abstract": "供收割的示例",
        "kind": "DATASET",
        "doi": f"10.5555/audit.{number}",
        "contributors": [{"name": "示例甲", "orcid": "0000-0002-1825-0097"}],
    } | more


def main():
    take_in(output(number) for number in range(230))
    sickle = Sickle(OAI)
    identify = sickle.Identify()
    assert identify.protocolVersion == "2.0" and identify.deletedRecord == "persistent"
    assert {it.metadataPrefix for it in sickle.ListMetadataFormats()} == {"oai_dc", "oai_datacite"}
    assert "kind:DATASET" in {it.setSpec for it in sickle.ListSets()}
    for prefix in ("oai_dc", "oai_datacite"):
        records = list(sickle.ListRecords(metadataPrefix=prefix))
        found = {record.header.identifier for record in records}
        assert len(found) == len(records) >= 230, len(records)
        headers = {header.identifier for header in sickle.ListIdentifiers(metadataPrefix=prefix)}
        assert headers == found
        one = sickle.GetRecord(identifier=records[0].header.identifier, metadataPrefix=prefix)
        assert one.header.datestamp == records[0].header.datestamp
    last = max(record.header.datestamp for record in records)
    later = list(sickle.ListRecords(metadataPrefix="oai_dc", **{"from": last, "until": last}))
    assert later and all(record.header.datestamp == last for record in later)
    records = sickle.ListRecords(metadataPrefix="oai_dc", set="kind:DATASET")
    mine = [it for it in records if "供收割的示例" in it.metadata.get("description", [])]
    assert len(mine) == 230 and all("<&>" in it.metadata["title"][0] for it in mine)
    refused(NoRecordsMatch, lambda: sickle.ListRecords(metadataPrefix="oai_dc", set="nowhere"))
    refused(BadArgument, lambda: sickle.ListRecords(metadataPrefix="oai_dc", **{"from": "yesterday"}))
    refused(BadResumptionToken, lambda: sickle.ListRecords(resumptionToken="x"))
    refused(IdDoesNotExist, lambda: [sickle.GetRecord(identifier="x", metadataPrefix="oai_dc")])
    gone = {"state": "WITHDRAWN", "withdrawnOn": "2026-11-22", "withdrawalReason": "示例"}
    take_in([output(7, **gone)])
    deleted = [it for it in sickle.ListRecords(metadataPrefix="oai_dc", **{"from": last}) if it.deleted]
    assert len(deleted) == 1 and not hasattr(deleted[0], "metadata")
    kept = list(sickle.ListRecords(metadataPrefix="oai_dc", ignore_deleted=True))
    assert len(kept) == len(found) - 1
    print("harvested by sickle, with resumption, from, until, sets and deletions: ok")

    page = next(it for it in mine[0].metadata["identifier"] if "/research-outputs/" in it)
    signs = find_signposting_http(page)
    assert signs.citeAs.target.startswith("https://doi.org/10.5555/audit."), signs
    assert {str(it.target) for it in signs.authors} == {"https://orcid.org/0000-0002-1825-0097"}
    assert len(signs.describedBy) >= 3 and signs.linksets
    for sign in signs.describedBy:
        with urllib.request.urlopen(sign.target) as part:
            assert part.headers.get_content_type() == sign.type, (sign.target, sign.type)
    print("a page is followed by its signposts: ok")


main()
