#!/usr/bin/env python3
"""Loads the acceptance kit's seasons into the sandbox over HTTP, runs `halaqah sync`, and compares every figure.

usage: season_kit.py KIT_DIR HALAQAH [--others N]
  KIT_DIR has load.py, compare.py, generate.py, oracle.py and the ready seasons; python needs PyYAML.
  N more seasons (other seeds, sizes and messiness) are generated and compared with oracle.py; 10 unless said otherwise.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections import Counter

# How much better, of 1, the suggestions score than the same people as the coordinator placed them, where there are enough of them
# to choose: of the 24 seasons looked at here the lowest was 2.8 %, the middle 7 %, that with the most people 20 %. With a mentor
# or two of a gender there is nothing to choose, and the same is the best.
MARGIN, ENOUGH = 0.025, 40
SEASONS = ('2025-1', '2026-1')
EFFECTS = ('submitted', 'amended', 'retracted')


class Round:
    """One season in a sandbox of its own."""

    def __init__(self, kit, halaqah, season):
        self.kit, self.halaqah, self.season = os.path.abspath(kit), os.path.abspath(halaqah), os.path.abspath(season)
        self.folder = tempfile.TemporaryDirectory()
        self.sandbox = subprocess.Popen([self.halaqah, 'sandbox', '--listen', '127.0.0.1:0'], stdout=subprocess.PIPE, text=True)
        self.endpoint = self.sandbox.stdout.readline().strip()
        self.config = os.path.join(self.folder.name, 'halaqah.toml')
        text = self.python('load.py', self.season, '--endpoint', self.endpoint)
        self.id = re.match(r'# spreadsheet id: (\S+)', text).group(1)
        with open(self.config, 'w', encoding='utf-8') as f:
            f.write(text)
        with open(self.season, encoding='utf-8') as f:
            days = json.load(f)['config']['seasons'][-1]
        self.now = days['end'] + 'T20:00:00+07:00'

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sandbox.terminate()
        self.sandbox.wait()
        self.folder.cleanup()

    def python(self, script, *args):
        return subprocess.run([sys.executable, os.path.join(self.kit, script), *args], check=True, text=True, stdout=subprocess.PIPE).stdout

    def run(self, *args):
        done = subprocess.run([self.halaqah, '--config', self.config, '--now', self.now, *args], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode:
            sys.exit(f'halaqah {" ".join(args)}: exit {done.returncode}\n{done.stdout}{done.stderr}')
        return done.stdout

    def tried(self, *args):
        """Whether a command ends well"""
        done = subprocess.run([self.halaqah, '--config', self.config, '--now', self.now, *args], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return done.returncode == 0

    def requests(self):
        with urllib.request.urlopen(self.endpoint + '/sandbox/requests') as r:
            return json.load(r)['requests']

    def sync(self):
        """Runs one cycle; gives the types of the events it recorded, and how many requests it took"""
        before, seen = self.requests(), self.kinds()
        self.run('sync')
        return Counter(self.kinds()[len(seen):]), self.requests() - before

    def kinds(self):
        if not os.path.exists(os.path.join(self.folder.name, 'data', 'ledger', '000001.jsonl')):
            return []
        lines = self.run('ledger', 'show').splitlines()
        return [kind_of(line) for line in lines]

    def stats(self, as_of, season=None):
        return json.loads(self.run('stats', '--json', '--as-of', as_of, *(['--season', season] if season else [])))


def kind_of(line):
    """The type of an event; what became of a row that had been rejected is told apart"""
    kind = line.split(' ', 3)[2]
    if kind.endswith('.retracted') and '"accepted":false' in line:
        return 'rejected_gone'
    return kind


def differences(kit, expected, actual):
    """The paths that differ, by the kit's own comparison"""
    with tempfile.TemporaryDirectory() as d:
        files = []
        for name, value in (('expected', expected), ('actual', actual)):
            files.append(os.path.join(d, name + '.json'))
            with open(files[-1], 'w', encoding='utf-8') as f:
                json.dump(value, f)
        done = subprocess.run([sys.executable, os.path.join(kit, 'compare.py'), *files], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return done.stdout.splitlines()


class Tally:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, what, problems):
        if problems:
            self.failed += 1
            print(f'FAILED {what}')
            for p in problems[:10]:
                print('    ' + p)
        else:
            self.passed += 1
            print(f'ok     {what}')


def quiet(tally, r, name):
    events, requests = r.sync()
    problems = [f'a second sync recorded {dict(events)}'] if events else []
    if requests > 1:
        problems.append(f'a quiet cycle took {requests} requests')
    tally.check(f'{name}: a second sync is quiet', problems)


def effect_problems(events, effect):
    """The number of events of each kind, against what the batch of edits announces"""
    got = Counter()
    for kind, n in events.items():
        for e in EFFECTS:
            if kind.endswith('.' + e):
                got[e] += n
    expected = dict(effect)
    # A rejected row that was corrected is submitted: the ledger knows no other way in.
    expected['submitted'] += expected.pop('rejected_fixed')
    return [f'{e}: expected {expected[e]}, got {got[e]}' for e in EFFECTS if expected[e] != got[e]]


def moved(before, now, path=''):
    """The paths of figures that are not what they were"""
    if isinstance(before, dict) and isinstance(now, dict):
        return [m for k in before for m in moved(before[k], now.get(k), f'{path}.{k}')]
    return [] if before == now else [f'{path}: {before} -> {now}']


def erasing(tally, r, name):
    """Erases some of the mentees and mentors: no figure may move, and the sheet, which still has them, says nothing new"""
    day = r.now[:10]
    before = r.stats(day)
    lines = [line.split(' ', 3) for line in r.run('ledger', 'show').splitlines()]
    chosen = []
    for letter, form, most in (('A', 'mentee_registration', 4), ('M', 'mentor_application', 2)):
        codes = [letter + line[0] for line in lines if line[2] == form + '.submitted']
        # The first line about a person gives the code; later ones are nobody's.
        people = [code for code in codes[::max(1, len(codes) // (2 * most))] if r.tried('person', 'export', code)]
        chosen += people[:most]
    for code in chosen:
        r.run('person', 'erase', code, '--yes')
    tally.check(f'{name}: no figure moves when {", ".join(chosen)} are erased', moved(before, r.stats(day)) if chosen else ['nobody'])
    quiet_after = r.sync()[0]
    rows = {kind: n for kind, n in quiet_after.items() if kind.endswith(EFFECTS)}
    tally.check(f'{name}: the sheet says nothing new of them', [str(rows)] if rows else [])
    tally.check(f'{name}: and no figure moves after a cycle', moved(before, r.stats(day)))
    r.run('ledger', 'verify')


def placements(tally, r, name, seasons):
    """The suggestions of the days on which the season's coordinator placed people, beside those placements: they break no
    rule, they are worth at least as much as what the coordinator did within the rules, and with the same liberties they place
    the same people better by `MARGIN` on the same score"""
    for season in seasons:
        compared = json.loads(r.run('match', '--compare', '--json', '--season', season))
        problems = []
        for day in compared['days']:
            c, on = day['comparison'], day['date']
            suggested, within = c['suggested'], c['within_rules']
            if suggested['broken'] or within['broken']:
                problems.append(f'{on}: rules broken: {suggested["broken"]} {within["broken"]}')
            ours, theirs = c['worth_suggested'], c['worth_within_rules']
            if ours is None or theirs is None or (suggested['placed'], ours) < (within['placed'], theirs):
                problems.append(f'{on}: {suggested["placed"]} placed worth {ours}, the coordinator {within["placed"]} worth {theirs}')
            # Who gave a mentor more than is possible placed people whom nobody else can place.
            too_many = {'mentor_full', 'group_full', 'no_mentor'} & set(c['made']['broken'])
            if c['same_liberties']['placed'] < c['made']['placed'] and not too_many:
                problems.append(f'{on}: with the same liberties {c["same_liberties"]["placed"]} of {c["made"]["placed"]} placed')
        ours, theirs = (mean(compared['total'][side]) for side in ('same_liberties', 'made'))
        better = ours / theirs - 1 if theirs else 0
        if better < (MARGIN if compared['total']['made']['placed'] >= ENOUGH else 0):
            problems.append(f'the score is {better:+.1%}: {ours:.0f} against {theirs:.0f}')
        made, suggested = compared['total']['made'], compared['total']['suggested']
        tally.check(f'{name}: placements of {season}: score {better:+.1%} with the same liberties, rules broken '
                    f'{sum(made["broken"].values())} times by {made["placed"]} decided, never by {suggested["placed"]} suggested', problems)


def mean(side):
    return side['score_total'] / side['placed'] if side['placed'] else 0


def ready_season(tally, kit, halaqah, name):
    folder = os.path.join(kit, name)
    load = lambda f: json.load(open(os.path.join(folder, f), encoding='utf-8'))
    with Round(kit, halaqah, os.path.join(folder, 'season.json')) as r:
        _, requests = r.sync()
        tally.check(f'{name}: the first sync', [f'{requests} requests'] if requests > 4 else [])
        quiet(tally, r, name)
        for f, season in (('expected.json', None), ('expected_end.json', None), ('expected_previous.json', '2025-1')):
            if os.path.exists(os.path.join(folder, f)):
                e = load(f)
                tally.check(f'{name}: {f}', differences(kit, e, r.stats(e['as_of'], season)))
        if not os.path.exists(os.path.join(folder, 'edits.json')):
            return
        placements(tally, r, name, SEASONS)
        for batch in load('edits.json')['batches']:
            r.python('load.py', r.season, '--endpoint', r.endpoint, '--id', r.id, '--edits', str(batch['batch']))
            events, requests = r.sync()
            problems = effect_problems(events, batch["effect"]) + ([f'{requests} requests'] if requests > 4 else [])
            tally.check(f'{name}: edits {batch["batch"]}', problems)
        e = load('expected_edits.json')
        tally.check(f'{name}: expected_edits.json', differences(kit, e, r.stats(e['as_of'])))
        quiet(tally, r, f'{name}, edited')
        r.run('ledger', 'verify')
        erasing(tally, r, name)


def other_season(tally, kit, halaqah, seed):
    sizes = [(24, 4, 10), (60, 8, 16), (120, 16, 20)]
    mentees, mentors, weeks = sizes[seed % len(sizes)]
    messy = 1 + seed % 3
    with tempfile.TemporaryDirectory() as d:
        generate = ['generate.py', '--seed', str(seed), '--mentees', str(mentees), '--mentors', str(mentors), '--weeks', str(weeks), '--messy', str(messy), '--out', d]
        subprocess.run([sys.executable, os.path.join(kit, generate[0]), *generate[1:]], check=True, stdout=subprocess.DEVNULL)
        season = os.path.join(d, 'season.json')
        name = f'seed {seed} ({mentees} mentees, messy {messy})'
        with open(season, encoding='utf-8') as f:
            days = json.load(f)['config']['as_of']
        with open(os.path.join(d, 'edits.json'), encoding='utf-8') as f:
            batches = json.load(f)['batches']
        with Round(kit, halaqah, season) as r:
            r.sync()
            for day in days:
                e = json.loads(r.python('oracle.py', season, '--as-of', day))
                tally.check(f'{name}: {day}', differences(kit, e, r.stats(day)))
            placements(tally, r, name, SEASONS)
            for batch in batches:
                r.python('load.py', season, '--endpoint', r.endpoint, '--id', r.id, '--edits', str(batch['batch']))
                events, _ = r.sync()
                tally.check(f'{name}: edits {batch["batch"]}', effect_problems(events, batch["effect"]))
                e = json.loads(r.python('oracle.py', season, '--as-of', days[-1], '--after-edits', str(batch['batch'])))
                tally.check(f'{name}: figures after edits {batch["batch"]}', differences(kit, e, r.stats(days[-1])))
            quiet(tally, r, name)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('kit')
    ap.add_argument('halaqah')
    ap.add_argument('--others', type=int, default=10)
    a = ap.parse_args()
    tally = Tally()
    for name in sorted(os.listdir(a.kit)):
        if os.path.exists(os.path.join(a.kit, name, 'season.json')):
            ready_season(tally, a.kit, a.halaqah, name)
    for seed in range(401, 401 + a.others):
        other_season(tally, a.kit, a.halaqah, seed)
    print(f'{tally.passed} passed, {tally.failed} failed')
    return 1 if tally.failed else 0


if __name__ == '__main__':
    sys.exit(main())
