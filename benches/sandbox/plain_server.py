"""The yardstick: the same cells in plain lists, `values:batchGet` answered by building the JSON for each request.

Reads one JSON object from standard input, {title: [[cell, ...], ...]}, and prints the port that it listens on. Standard
library only. Cells are text, numbers, true, false, or "" for a blank.
"""

import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

TABS = json.loads(sys.stdin.readline())
RANGE = re.compile(r"(?:'((?:[^']|'')*)'|([^'!]+))!([A-Z]+)(\d+):([A-Z]+)(\d+)")


def column(letters):
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def shown(cell):
    if cell is True:
        return "TRUE"
    if cell is False:
        return "FALSE"
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return format(cell, ".10g")


def value_range(text, formatted):
    quoted, bare, left, top, right, bottom = RANGE.fullmatch(text).groups()
    title = quoted.replace("''", "'") if quoted is not None else bare
    values = []
    for row in TABS[title][int(top) - 1 : int(bottom)]:
        cells = row[column(left) : column(right) + 1]
        while cells and cells[-1] == "":
            cells.pop()
        values.append([shown(cell) for cell in cells] if formatted else cells)
    while values and not values[-1]:
        values.pop()
    answer = {"range": text, "majorDimension": "ROWS"}
    if values:
        answer["values"] = values
    return answer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        url = urlsplit(self.path)
        query = parse_qs(url.query)
        formatted = query.get("valueRenderOption") != ["UNFORMATTED_VALUE"]
        spreadsheet = url.path.split("/")[3]
        ranges = [value_range(text, formatted) for text in query["ranges"]]
        body = json.dumps({"spreadsheetId": spreadsheet, "valueRanges": ranges}, ensure_ascii=False).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
