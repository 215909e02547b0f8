"""Verifies a ledger from the text of ARCHITECTURE.md alone ("The ledger"), with nothing but a JSON parser and SHA-256.

    python3 tests/verify_ledger.py <the ledger's directory>

Prints how many events there are and the last hash; ends with 1 and says where, if anything does not fit.
"""

import hashlib
import json
import pathlib
import re
import sys

ENDING = re.compile(rb',"hash":"([0-9a-f]{64})"\}\n')
ENDING_BYTES = len(b',"hash":""}\n') + 64


def verify(directory):
    segments = sorted(pathlib.Path(directory).glob("*.jsonl"), key=lambda path: int(path.stem))
    if not segments:
        raise SystemExit(f"there is no ledger in {directory}")
    previous, seq, group, head, program = "0" * 64, 0, 0, "0" * 64, None
    for segment in segments:
        lines = segment.read_bytes().split(b"\n")
        rest = lines.pop()
        if rest or not lines:
            raise SystemExit(f"{segment.name}: the last line is not finished")
        for number, line in enumerate(lines, start=1):
            line += b"\n"
            place = f"{segment.name}, line {number}"
            body, ending = line[:-ENDING_BYTES], ENDING.fullmatch(line[-ENDING_BYTES:])
            if not ending:
                raise SystemExit(f"{place}: it does not end with a hash")
            said = ending[1].decode()
            if hashlib.sha256(previous.encode() + body).hexdigest() != said:
                raise SystemExit(f"{place}: it does not fit its hash")
            fields = json.loads(line)
            if number == 1:
                program = program or fields["program"]
                expected = ("ledger", program, seq + 1, previous)
                if tuple(fields[name] for name in ("halaqah", "program", "first", "prev")) != expected:
                    raise SystemExit(f"{place}: the header does not continue what stands before it")
                if segment.name != f"{seq + 1:06}.jsonl":
                    raise SystemExit(f"{place}: the segment's name is not that of its first event")
                # A batch never spans two segments.
                begins = seq + 1
            else:
                seq += 1
                if fields["seq"] != seq or fields["group"] not in (seq, group) or fields["group"] < begins:
                    raise SystemExit(f"{place}: a line is missing, doubled or out of order")
                group, head = fields["group"], said
            previous = said
    return seq, head


if __name__ == "__main__":
    print(*verify(sys.argv[1]))
