//! A disk in a test's hands: it counts the calls, fails or dies at one of them, and knows what
//! would outlive a power cut.
//!
//! Running programs see real files in a directory of the test's; beside them stands what the medium
//! holds. Bytes count as durable after `sync_data` of their file, names after `sync_dir` of their
//! directory. At a power cut everything younger is lost, kept or torn, as the dice fall. After a
//! failed sync the system takes the bytes for written although they are not (as Linux does): a
//! second sync succeeds and saves nothing.
#![allow(dead_code, reason = "every test file uses a part of it")]

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use halaqah::edge::log::{Disk, OpenFile, StdDisk};

/// Input or output error.
pub const EIO: i32 = 5;
/// No space left on the device.
pub const ENOSPC: i32 = 28;

/// What happens at one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The call fails and does nothing; later calls work.
    Errno(i32),
    /// Half of the bytes are written, then the call fails; later calls work.
    Short(i32),
    /// The process dies before the call.
    DiesBefore,
    /// The process dies when half of it is done.
    DiesWithin,
    /// The process dies right after the call.
    DiesAfter,
    /// The call fails and does nothing, and the process dies before its next call.
    FailsThenDies(i32),
}

/// Every fault.
pub const FAULTS: [Fault; 8] = [
    Fault::DiesBefore,
    Fault::DiesWithin,
    Fault::DiesAfter,
    Fault::Errno(EIO),
    Fault::Errno(ENOSPC),
    Fault::Short(EIO),
    Fault::Short(ENOSPC),
    Fault::FailsThenDies(EIO),
];

/// Dice that fall the same way for the same seed (splitmix64).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Dice of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        (self.roll() % end as u64) as usize
    }

    /// True once in so many times.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

/// The disk. Clones are the same disk.
#[derive(Clone)]
pub struct Medium(Arc<Mutex<World>>);

struct World {
    dir: PathBuf,
    calls: usize,
    fault: Option<(usize, Fault)>,
    dead: bool,
    /// Whether the process dies at its next call.
    doomed: bool,
    files: Vec<OneFile>,
    /// Which file stands under a name, as running programs see it; and what happened to names since
    /// they were durable.
    names: BTreeMap<PathBuf, usize>,
    changes: Vec<NameChange>,
    durable_names: BTreeMap<PathBuf, usize>,
    dir_is_durable: bool,
}

#[derive(Default)]
struct OneFile {
    durable: Vec<u8>,
    /// Bytes that a failed sync has lost while programs still see them.
    lost: Vec<(usize, usize)>,
}

impl OneFile {
    /// Bytes that are written again are saved by the next sync that succeeds.
    fn written_again(&mut self, start: usize, end: usize) {
        let left =
            |(from, to): &(usize, usize)| [(*from, (*to).min(start)), ((*from).max(end), *to)];
        self.lost = self.lost.iter().flat_map(left).filter(|(from, to)| from < to).collect();
    }
}

#[derive(Clone)]
enum NameChange {
    Made(PathBuf, usize),
    Renamed(PathBuf, PathBuf),
}

impl Medium {
    /// A disk on which everything that stands in `dir` is durable.
    pub fn new(dir: &Path) -> Self {
        let mut world = World {
            dir: dir.to_owned(),
            calls: 0,
            fault: None,
            dead: false,
            doomed: false,
            files: Vec::new(),
            names: BTreeMap::new(),
            changes: Vec::new(),
            durable_names: BTreeMap::new(),
            dir_is_durable: dir.is_dir(),
        };
        for entry in fs::read_dir(dir).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.file_name().is_some_and(|name| name != "lock") {
                world.names.insert(path.clone(), world.files.len());
                world.files.push(OneFile { durable: fs::read(path).unwrap(), lost: Vec::new() });
            }
        }
        world.durable_names = world.names.clone();
        Self(Arc::new(Mutex::new(world)))
    }

    /// A process starts: it meets this fault at its so-manieth call, from 0 on.
    pub fn starts(&self, fault: Option<(usize, Fault)>) {
        let mut world = self.world();
        (world.calls, world.fault, world.dead, world.doomed) = (0, fault, false, false);
    }

    /// How many calls the process has made.
    pub fn calls(&self) -> usize {
        self.world().calls
    }

    /// Whether the process has met a death.
    pub fn is_dead(&self) -> bool {
        let world = self.world();
        world.dead || world.doomed
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap()
    }

    /// Does a call, or the part of it that the fault lets happen; `half` does it by half.
    fn call<T>(
        &self,
        whole: impl FnOnce(&mut World) -> io::Result<T>,
        half: impl FnOnce(&mut World) -> io::Result<()>,
    ) -> io::Result<T> {
        let mut world = self.world();
        let gone = || io::Error::other("the process is dead");
        world.dead |= world.doomed;
        if world.dead {
            return Err(gone());
        }
        let number = world.calls;
        world.calls += 1;
        let Some((_, fault)) = world.fault.filter(|(at, _)| *at == number) else {
            return whole(&mut world);
        };
        world.dead = matches!(fault, Fault::DiesBefore | Fault::DiesWithin | Fault::DiesAfter);
        world.doomed = matches!(fault, Fault::FailsThenDies(_));
        match fault {
            Fault::Errno(errno) | Fault::FailsThenDies(errno) => {
                Err(io::Error::from_raw_os_error(errno))
            }
            Fault::Short(errno) => half(&mut world).and(Err(io::Error::from_raw_os_error(errno))),
            Fault::DiesBefore => Err(gone()),
            Fault::DiesWithin => half(&mut world).and(Err(gone())),
            Fault::DiesAfter => whole(&mut world).and(Err(gone())),
        }
    }

    /// Syncs the file that stands under a path.
    pub fn sync_path(&self, path: &Path) -> io::Result<()> {
        let synced = self.call(
            |world| {
                let live = fs::read(path)?;
                let number = world.names[path];
                let file = &mut world.files[number];
                file.durable = live;
                for (from, to) in file.lost.clone() {
                    let to = to.min(file.durable.len());
                    if from < to {
                        file.durable[from..to].fill(0);
                    }
                }
                Ok(())
            },
            |_| Ok(()),
        );
        let mut world = self.world();
        if synced.is_err() && !world.dead {
            let live = fs::read(path)?.len();
            let number = world.names[path];
            let file = &mut world.files[number];
            file.lost.push((file.durable.len(), live));
        }
        synced
    }

    /// The machine loses its power: the directory becomes what the medium holds, and that is all
    /// there is afterwards.
    pub fn power_cut(&self, dice: &mut Dice) {
        let mut world = self.world();
        if world.dir.is_dir() {
            let live: BTreeMap<usize, Vec<u8>> =
                world.names.iter().map(|(path, file)| (*file, fs::read(path).unwrap())).collect();
            world.names.keys().for_each(|path| fs::remove_file(path).unwrap());
            if !world.dir_is_durable && dice.once_in(2) {
                fs::remove_dir_all(&world.dir).unwrap();
            } else {
                for (path, number) in world.surviving_names(dice) {
                    let bytes = torn(&world.files[number], live.get(&number), dice);
                    fs::write(path, bytes).unwrap();
                }
            }
        }
        let fresh = Self::new(&world.dir);
        let fresh = Arc::into_inner(fresh.0).unwrap().into_inner().unwrap();
        *world = fresh;
    }
}

impl World {
    /// The durable names, and so many of the changes since then as the dice let through, in their
    /// order.
    fn surviving_names(&self, dice: &mut Dice) -> BTreeMap<PathBuf, usize> {
        let mut names = self.durable_names.clone();
        let through = if dice.once_in(2) { 0 } else { dice.below(self.changes.len() + 1) };
        for change in &self.changes[..through] {
            match change {
                NameChange::Made(path, file) => {
                    names.insert(path.clone(), *file);
                }
                NameChange::Renamed(from, to) => {
                    if let Some(file) = names.remove(from) {
                        names.insert(to.clone(), file);
                    }
                }
            }
        }
        names
    }
}

/// What the medium holds of a file whose younger bytes may or may not have arrived.
fn torn(file: &OneFile, live: Option<&Vec<u8>>, dice: &mut Dice) -> Vec<u8> {
    let durable = file.durable.clone();
    let Some(live) = live.filter(|live| **live != durable) else { return durable };
    if !live.starts_with(&durable) {
        // It was cut: the cut has arrived or not.
        let was_cut = durable.starts_with(live) && dice.once_in(2);
        return if was_cut { live.clone() } else { durable };
    }
    let (old, mut bytes) = (durable.len(), live.clone());
    for (from, to) in &file.lost {
        let to = (*to).min(bytes.len());
        if *from < to {
            bytes[*from..to].fill(0);
        }
    }
    let at = old + dice.below(bytes.len() - old + 1);
    match dice.below(4) {
        0 => bytes.truncate(old),
        1 => bytes.truncate(at),
        // The length has arrived, the bytes after some point have not; or they arrived and those
        // before did not.
        2 => bytes[at..].fill(0),
        _ => bytes[old..at].fill(0),
    }
    bytes
}

impl Disk for Medium {
    fn create(&mut self, path: &Path) -> io::Result<OpenFile> {
        self.call(
            |world| {
                let file = StdDisk.create(path)?;
                let number = world.files.len();
                world.files.push(OneFile::default());
                world.names.insert(path.to_owned(), number);
                world.changes.push(NameChange::Made(path.to_owned(), number));
                Ok(file)
            },
            |_| Ok(()),
        )
    }

    fn write_all(&mut self, file: &mut OpenFile, bytes: &[u8]) -> io::Result<()> {
        let path = file.path.clone();
        self.call(
            |_| StdDisk.write_all(file, bytes),
            |_| StdDisk.write_all(&mut OpenFile::append_to(&path)?, &bytes[..bytes.len() / 2]),
        )
    }

    fn write_over(&mut self, path: &Path, at: u64, bytes: &[u8]) -> io::Result<()> {
        let over = |world: &mut World, bytes: &[u8]| {
            StdDisk.write_over(path, at, bytes)?;
            let number = world.names[path];
            world.files[number].written_again(at as usize, at as usize + bytes.len());
            Ok(())
        };
        self.call(|world| over(world, bytes), |world| over(world, &bytes[..bytes.len() / 2]))
    }

    fn sync_data(&mut self, file: &OpenFile) -> io::Result<()> {
        self.sync_path(&file.path)
    }

    fn sync_dir(&mut self, dir: &Path) -> io::Result<()> {
        self.call(
            |world| {
                if world.dir == dir {
                    world.durable_names = world.names.clone();
                    world.changes.clear();
                } else if world.dir.parent() == Some(dir) {
                    world.dir_is_durable = true;
                }
                Ok(())
            },
            |_| Ok(()),
        )
    }

    fn truncate(&mut self, file: &OpenFile, len: u64) -> io::Result<()> {
        self.call(
            |world| {
                StdDisk.truncate(file, len)?;
                let number = world.names[&file.path];
                // Pages that were given back are no longer taken for written.
                let len = len as usize;
                world.files[number].lost.retain(|(from, _)| *from < len);
                Ok(())
            },
            |_| Ok(()),
        )
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.call(
            |world| {
                StdDisk.rename(from, to)?;
                let file = world.names.remove(from).unwrap();
                world.names.insert(to.to_owned(), file);
                world.changes.push(NameChange::Renamed(from.to_owned(), to.to_owned()));
                Ok(())
            },
            |_| Ok(()),
        )
    }
}

/// A directory for many short-lived files: in memory where there is such a file system.
pub fn quick_dir() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}
