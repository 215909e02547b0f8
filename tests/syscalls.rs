//! The real binary under `strace`: in which order it syncs, writes and sends; what is left when it
//! is killed, or the disk fails, at each system call that touches the ledger; and what a power cut
//! on a real ext4 leaves. Left out, with a word, where `strace` cannot be used or nothing mounted.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use crate::support::season::registration_row;
use crate::support::undisturbed::{events, undisturbed};
use crate::support::{self, Program, Ran, START};
use halaqah::edge::log::{Line, Log, LogError, LogErrorKind};

/// The calls that change files, and by which they come to the disk.
const CHANGING: [&str; 7] =
    ["mkdir", "openat", "write", "fdatasync", "fsync", "rename", "ftruncate"];

/// Whether `strace` is there and may trace.
fn can_trace() -> bool {
    let traced = Command::new("strace").args(["-o", "/dev/null", "true"]).output();
    let why = match traced {
        Ok(output) if output.status.success() => return true,
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => error.to_string(),
    };
    println!("left out, since strace cannot be used: {why}");
    false
}

/// `sync` under strace with these options; gives what it came to and the lines of the trace.
fn traced(program: &Program, options: &[String]) -> (Ran, Vec<String>) {
    let trace = program.config_path().with_file_name("trace");
    let sync = program.command_at(Some(support::NOW), &["sync"]);
    let mut command = Command::new("strace");
    command.args(["-f", "-y", "-s", "300", "-o"]).arg(&trace).args(options);
    command.arg(sync.get_program()).args(sync.get_args());
    for (name, value) in sync.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let ran = support::run(&mut command);
    let text = std::fs::read(&trace).unwrap();
    (ran, String::from_utf8_lossy(&text).lines().map(str::to_owned).collect())
}

/// The paths at which a ledger can be touched.
fn paths(program: &Program) -> Vec<PathBuf> {
    let ledger = program.ledger_dir();
    let (data, place) = (ledger.parent().unwrap(), ledger.parent().unwrap().parent().unwrap());
    let files = ["lock", "000001.jsonl", "000001.jsonl.new"].map(|name| ledger.join(name));
    [place.to_owned(), data.to_owned(), ledger].into_iter().chain(files).collect()
}

fn path_options(program: &Program) -> Vec<String> {
    paths(program).iter().flat_map(|path| ["-P".to_owned(), path.display().to_string()]).collect()
}

/// One call of a trace: its name, and the rest of its line.
fn call(line: &str) -> (&str, &str) {
    let line = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
    line.split_once('(').unwrap_or((line, ""))
}

/// The places of all calls with this name whose line has this text.
fn places(trace: &[String], name: &str, text: &str) -> Vec<usize> {
    let fits = |line: &String| call(line).0 == name && call(line).1.contains(text);
    (0..trace.len()).filter(|at| fits(&trace[*at])).collect()
}

#[test]
fn everything_is_on_the_disk_before_it_counts_and_before_the_sheet_hears_of_it() {
    if !can_trace() {
        return;
    }
    let program = Program::new();
    let calls = "trace=mkdir,openat,write,pwrite64,writev,sendto,sendmsg,fsync,fdatasync,sync_file_range,rename,ftruncate";
    let (ran, trace) = traced(&program, &["-e".to_owned(), calls.to_owned()]);
    ran.ok();
    let whole = trace.join("\n");
    let ledger = program.ledger_dir().display().to_string();
    let (data, place) = (program.ledger_dir().parent().unwrap().to_owned(), program.config_path());
    let (data, place) = (data.display().to_string(), place.parent().unwrap().display().to_string());
    // What is not there yet is tried first, so the last call is the one that counts.
    let last = |name: &str, text: &str| {
        *places(&trace, name, text).last().unwrap_or_else(|| panic!("{text}:\n{whole}"))
    };
    let one = |name: &str, text: &str| {
        let found = places(&trace, name, text);
        assert_eq!(found.len(), 1, "{name} of {text}:\n{whole}");
        found[0]
    };
    let segment = format!("<{ledger}/000001.jsonl>");
    let event = one("write", &format!("{segment}, \"{{\\\"seq\\\":1,"));

    // Directories and the segment's name are safe before an event is written.
    let made = [last("mkdir", &format!("\"{data}\"")), last("mkdir", &format!("\"{ledger}\""))];
    for (made, above) in made.iter().zip([&place, &data]) {
        let synced = places(&trace, "fsync", &format!("<{above}>)"));
        assert!(
            synced.iter().any(|at| made < at && *at < event),
            "{above} is not synced:\n{whole}"
        );
    }
    let unnamed = format!("<{ledger}/000001.jsonl.new>");
    let header = one("write", &unnamed);
    let (safe, renamed) = (one("fdatasync", &unnamed), one("rename", "000001.jsonl.new"));
    let named = places(&trace, "fsync", &format!("<{ledger}>)"));
    assert!(header < safe && safe < renamed, "{whole}");
    assert!(
        named.iter().any(|at| renamed < *at && *at < event),
        "the segment's name is not synced:\n{whole}"
    );

    // One batch is one write and one sync, and nothing is sent between.
    let writes: Vec<usize> =
        places(&trace, "write", &segment).into_iter().filter(|at| *at >= event).collect();
    let syncs: Vec<usize> =
        places(&trace, "fdatasync", &segment).into_iter().filter(|at| *at > event).collect();
    assert_eq!((writes.len(), syncs.len()), (1, 1), "{whole}");
    let is_sent = |line: &&String| line.contains("<socket:") || line.contains("<TCP");
    let between = trace[event..syncs[0]].iter().find(is_sent);
    assert_eq!(between, None, "{whole}");
    let published: Vec<usize> =
        (0..trace.len()).filter(|at| trace[*at].contains(":batchUpdate")).collect();
    assert!(!published.is_empty() && published.iter().all(|at| *at > syncs[0]), "{whole}");
}

#[test]
fn a_sync_that_fails_is_never_tried_again() {
    if !can_trace() {
        return;
    }
    let program = Program::new();
    program.sync();
    newcomer(&program);
    let before = program.ledger();
    let published = program.sandbox.revision();
    // The first sync of the segment is the opening's, the second is the batch's.
    for (when, written) in [(1, 0), (2, 1)] {
        let mut options = vec!["-e".to_owned(), "trace=write,ftruncate,fdatasync,fsync".to_owned()];
        options.extend(["-e".to_owned(), format!("inject=fdatasync:error=EIO:when={when}")]);
        options.extend(["-P".to_owned(), program.segment().display().to_string()]);
        let (ran, trace) = traced(&program, &options);
        ran.failed(3, &[]);
        let failed = trace.iter().position(|line| line.contains("(INJECTED)")).unwrap();
        let after = &trace[failed + 1..];
        assert_eq!(
            places(after, "fdatasync", "").len() + places(after, "fsync", "").len(),
            0,
            "{after:?}"
        );
        assert_eq!(
            places(after, "ftruncate", "").len(),
            written,
            "an unacknowledged batch is cut: {trace:?}"
        );
        assert!(program.ledger() == before, "nothing of the batch is left");
        assert_eq!(program.sandbox.revision(), published, "nothing is published");
    }
}

fn newcomer(program: &Program) {
    program.append("mentee_registration", registration_row(START, 60, 21, "Pendatang Baru"));
}

/// What happens at a call.
#[derive(Debug, Clone, Copy)]
enum Blow {
    Kill,
    Fails(&'static str),
}

impl Blow {
    fn option(self, name: &str, when: usize) -> String {
        match self {
            Self::Kill => format!("inject={name}:signal=KILL:when={when}"),
            Self::Fails(errno) => format!("inject={name}:error={errno}:when={when}"),
        }
    }
}

/// The ids of all events in the ledger; the whole chain is verified.
fn verified(program: &Program) -> Vec<(u64, String)> {
    read(program).unwrap_or_else(|error| panic!("{error}"))
}

fn read(program: &Program) -> Result<Vec<(u64, String)>, LogError> {
    let mut lines = Vec::new();
    let each = |line: &Line<'_>| {
        lines.push((line.seq, format!("{} {}", line.kind, line.data.get())));
        Ok::<(), std::convert::Infallible>(())
    };
    match Log::read(&program.ledger_dir(), Some("sman1"), each) {
        Ok(_) => Ok(lines),
        Err(error) if error.kind() == LogErrorKind::Missing => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Strikes at every call with a name, one process a blow, until no call is left to strike; gives
/// how many there were. `prepared` makes the program as it is before, and `whole` says what its
/// ledger comes to.
fn strike_everywhere(
    name: &str,
    blow: Blow,
    prepared: &dyn Fn() -> Program,
    whole: &dyn Fn(&Program, &str),
) -> usize {
    for when in 1.. {
        let story = format!("{blow:?} at {name} {when}");
        let program = prepared();
        let (acknowledged, published) = (verified(&program), program.sandbox.revision());
        let mut options = path_options(&program);
        options.extend([
            "-e".to_owned(),
            format!("trace={name}"),
            "-e".to_owned(),
            blow.option(name, when),
        ]);
        let (ran, trace) = traced(&program, &options);
        if !trace
            .iter()
            .any(|line| line.contains("(INJECTED)") || line.contains("killed by SIGKILL"))
        {
            assert_eq!(ran.code, Some(0), "{story}: {ran:?}");
            return when - 1;
        }
        let left = verified(&program);
        assert!(left.starts_with(&acknowledged), "{story}: what was acknowledged is gone");
        if let Blow::Fails(_) = blow {
            // The number in the lock is a courtesy; without it all goes on.
            assert!(matches!(ran.code, Some(0 | 1 | 3)), "{story}: {ran:?}");
            assert!(ran.code == Some(0) || !ran.err.is_empty(), "{story}: it says nothing");
        }
        let is_published = program.sandbox.revision() != published;
        let again = program.run(&["sync"]);
        assert_eq!(again.code, Some(0), "{story}: {}\n{}", again.out, again.err);
        let healed = verified(&program);
        assert!(healed.starts_with(&left), "{story}: an event is gone or another");
        assert!(
            !is_published || healed == left,
            "{story}: something was published that was not recorded"
        );
        whole(&program, &story);
    }
    unreachable!("a process makes so many calls at most")
}

/// All calls and blows, on two threads.
fn strike(
    prepared: &(dyn Fn() -> Program + Sync),
    whole: &(dyn Fn(&Program, &str) + Sync),
) -> BTreeMap<String, usize> {
    let mut blows: Vec<(&str, Blow)> = CHANGING.map(|name| (name, Blow::Kill)).into();
    blows.extend(CHANGING.map(|name| (name, Blow::Fails("EIO"))));
    blows.extend(["mkdir", "openat", "write"].map(|name| (name, Blow::Fails("ENOSPC"))));
    let blows = &blows;
    std::thread::scope(|scope| {
        let halves: Vec<_> = (0..2)
            .map(|half| {
                scope.spawn(move || {
                    let mine = blows.iter().skip(half).step_by(2);
                    mine.map(|(name, blow)| {
                        (
                            format!("{name} {blow:?}"),
                            strike_everywhere(name, *blow, prepared, whole),
                        )
                    })
                    .collect::<Vec<_>>()
                })
            })
            .collect();
        halves.into_iter().flat_map(|half| half.join().unwrap()).collect()
    })
}

#[test]
fn a_first_cycle_struck_at_any_call_on_the_ledger_comes_to_the_same() {
    if !can_trace() {
        return;
    }
    undisturbed();
    let struck = strike(&Program::new, &|program, story| {
        assert!(events(program) == undisturbed().events, "another ledger after {story}");
    });
    println!("{struck:?}");
    for name in CHANGING.iter().filter(|name| **name != "ftruncate") {
        assert!(struck[&format!("{name} Kill")] >= 1, "no {name} was struck: {struck:?}");
    }
    assert!(struck.values().sum::<usize>() >= 40, "{struck:?}");
}

#[test]
fn a_later_cycle_struck_at_any_call_on_the_ledger_keeps_what_was_acknowledged() {
    if !can_trace() {
        return;
    }
    // A ledger of one cycle, and one row that is new.
    let first = Program::new();
    first.sync();
    let files = [first.segment(), first.ledger_dir().join("keys"), first.key_file()];
    let files = files.map(|file| {
        (file.strip_prefix(first.dir.path()).unwrap().to_owned(), std::fs::read(&file).unwrap())
    });
    let prepared = || {
        let program = Program::new();
        std::fs::create_dir_all(program.ledger_dir()).unwrap();
        for (name, bytes) in &files {
            std::fs::write(program.dir.path().join(name), bytes).unwrap();
        }
        let owner_only = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(program.key_file(), owner_only).unwrap();
        newcomer(&program);
        program
    };
    let newcomers = |program: &Program| {
        program
            .events()
            .iter()
            .filter(|event| event["data"].to_string().contains("Pendatang Baru"))
            .count()
    };
    let count = |program: &Program, story: &str| {
        let found = newcomers(program);
        assert_eq!(found, 1, "the new row is recorded {found} times after {story}");
    };
    assert_eq!(newcomers(&first), 0);
    let struck = strike(&prepared, &count);
    println!("{struck:?}");
    assert!(struck["write Kill"] >= 3 && struck["fdatasync Kill"] >= 2, "{struck:?}");
}

/// A file system of its own, whose power can be cut; taken away when this is dropped.
struct Ext4 {
    image: tempfile::NamedTempFile,
    at: PathBuf,
}

impl Ext4 {
    /// Mounts a new one where a program keeps its data, where this process may mount.
    fn below(program: &Program) -> Result<Self, String> {
        let image = tempfile::NamedTempFile::new().unwrap();
        image.as_file().set_len(16 * 1024 * 1024).unwrap();
        let at = program.ledger_dir().parent().unwrap().to_owned();
        std::fs::create_dir(&at).unwrap();
        system(Command::new("mkfs.ext4").arg("-q").arg(image.path()))?;
        let fresh = Self { image, at };
        fresh.mount()?;
        Ok(fresh)
    }

    fn mount(&self) -> Result<(), String> {
        system(Command::new("mount").args(["-o", "loop"]).arg(self.image.path()).arg(&self.at))
    }

    /// The power goes and comes back: what the journal had not been told is gone.
    fn power_cut(&self) -> Result<(), String> {
        const SHUTDOWN: &str = "import fcntl, os, struct, sys\n\
                                EXT4_IOC_SHUTDOWN, WITHOUT_THE_JOURNAL = 0x8004587D, 2\n\
                                place = os.open(sys.argv[1], os.O_RDONLY)\n\
                                fcntl.ioctl(place, EXT4_IOC_SHUTDOWN, struct.pack('I', WITHOUT_THE_JOURNAL))";
        system(Command::new("python3").args(["-c", SHUTDOWN]).arg(&self.at))?;
        system(Command::new("umount").arg(&self.at))?;
        self.mount()
    }
}

impl Drop for Ext4 {
    fn drop(&mut self) {
        // The image goes with the directory, whether it was mounted or not.
        let _ = Command::new("umount").arg("-l").arg(&self.at).output();
    }
}

fn system(command: &mut Command) -> Result<(), String> {
    match command.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        Err(error) => Err(format!("{}: {error}", command.get_program().display())),
    }
}

/// Runs `sync` with these options of strace on a file system of its own, and cuts the power right
/// after it ended or was killed. None where that cannot be done.
fn power_cut_after(options: &[String]) -> Option<(Program, Ext4, Ran)> {
    let program = Program::new();
    let ext4 = Ext4::below(&program);
    let cut = ext4.and_then(|ext4| {
        let (ran, _) = traced(&program, &[path_options(&program), options.to_vec()].concat());
        ext4.power_cut().map(|()| (ext4, ran))
    });
    match cut {
        Ok((ext4, ran)) => Some((program, ext4, ran)),
        Err(why) => {
            println!("left out, since no file system can be mounted and cut off: {why}");
            None
        }
    }
}

#[test]
fn what_was_acknowledged_outlives_a_power_cut_on_ext4() {
    if !can_trace() {
        return;
    }
    // Everything was acknowledged: everything is there.
    let Some((program, _ext4, ran)) =
        power_cut_after(&["-e".to_owned(), "trace=fdatasync".to_owned()])
    else {
        return;
    };
    ran.ok();
    assert!(events(&program) == undisturbed().events, "what was acknowledged is gone");
    assert_eq!(program.sync().trim(), "Tidak ada yang baru.");

    // The same without a sync is not: this test can fail.
    let without = ["-e".to_owned(), "inject=fdatasync,fsync:retval=0".to_owned()];
    let Some((program, _ext4, ran)) = power_cut_after(&without) else { return };
    ran.ok();
    let left = read(&program);
    assert!(
        left.is_err() || left.is_ok_and(|left| left.is_empty()),
        "without a sync the events outlive the power cut by chance"
    );

    // Killed at a call and cut off: what is left is a beginning, and the next cycle makes it whole.
    for (name, times) in [("write", 4), ("fdatasync", 3), ("fsync", 5), ("rename", 1)] {
        for when in 1..=times {
            let story = format!("killed at {name} {when}, then cut off");
            let blow = [
                "-e".to_owned(),
                format!("trace={name}"),
                "-e".to_owned(),
                Blow::Kill.option(name, when),
            ];
            let Some((program, _ext4, ran)) = power_cut_after(&blow) else { return };
            assert_ne!(ran.code, Some(0), "{story}: it was not killed");
            let left = verified(&program);
            program.run(&["sync"]).ok();
            assert!(verified(&program).starts_with(&left), "{story}");
            assert!(events(&program) == undisturbed().events, "another ledger after {story}");
        }
    }
}
