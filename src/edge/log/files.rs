//! The files of a ledger's directory: its lock, its segments, and what is set aside. Knows their
//! names and in what order to write and sync them; of what stands in them only the header.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::disk::{Disk, OpenFile};
use super::error::{Damage, LogError};
use crate::ledger::line::{Chain, write_header};

/// The file of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segment {
    /// The sequence number of the segment's first event.
    pub(super) first: u64,
    /// The file name: `first` in six digits or more, and `.jsonl`.
    pub(super) name: String,
    pub(super) path: PathBuf,
}

impl Segment {
    pub(super) fn new(dir: &Path, first: u64) -> Self {
        let name = format!("{first:06}.jsonl");
        Self { first, path: dir.join(&name), name }
    }
}

/// Lists all segments in order; any other file whose name ends in `.jsonl` is damage.
pub(super) fn segments(dir: &Path) -> Result<Vec<Segment>, LogError> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(LogError::io("list", dir, e)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let name = entry.map_err(|e| LogError::io("list", dir, e))?.file_name();
        let name = name.to_string_lossy();
        let Some(number) = name.strip_suffix(".jsonl") else { continue };
        let segment = number.parse().ok().map(|first| Segment::new(dir, first));
        match segment.filter(|s| s.name == name) {
            Some(segment) => found.push(segment),
            None => return Err(LogError::damaged(&name, 0, 0, Damage::ForeignName)),
        }
    }
    found.sort_by_key(|s| s.first);
    Ok(found)
}

/// Opens a segment for reading from `byte` on.
pub(super) fn open_at_byte(segment: &Segment, byte: u64) -> io::Result<File> {
    let mut file = File::open(&segment.path)?;
    file.seek(SeekFrom::Start(byte))?;
    Ok(file)
}

/// Takes the lock of a ledger's directory; makes the directory if it is missing.
pub(super) fn lock(dir: &Path, disk: &mut dyn Disk) -> Result<File, LogError> {
    let missing: Vec<&Path> =
        dir.ancestors().take_while(|p| !p.as_os_str().is_empty() && !p.is_dir()).collect();
    if !missing.is_empty() {
        fs::create_dir_all(dir).map_err(|e| LogError::io("make the directory", dir, e))?;
    }
    // A new directory is durable only when its entry in the parent is.
    for made in missing {
        let parent = made.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        disk.sync_dir(parent).map_err(|e| LogError::io("sync", parent, e))?;
    }
    let path = dir.join("lock");
    let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
    let mut file = opened.map_err(|e| LogError::io("open", &path, e))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let holder = fs::read_to_string(&path).ok().and_then(|text| text.trim().parse().ok());
            return Err(LogError::Locked { dir: dir.to_owned(), holder });
        }
        Err(TryLockError::Error(e)) => return Err(LogError::io("lock", &path, e)),
    }
    // The process number only helps whoever finds the ledger locked; the lock holds without it.
    let _ = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
    Ok(file)
}

/// Syncs the two directories above the ledger: an earlier opening may have made the ledger's
/// directories and stopped before their entries were durable.
pub(super) fn sync_parents(disk: &mut dyn Disk, dir: &Path) -> Result<(), LogError> {
    for above in dir.ancestors().skip(1).take(2) {
        let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
        match disk.sync_dir(above) {
            // No opening made a directory in a parent that this process may not even read.
            Err(e) if e.kind() == io::ErrorKind::PermissionDenied => {}
            synced => synced.map_err(|e| LogError::io("sync", above, e))?,
        }
    }
    Ok(())
}

/// Makes the segment whose first event comes next. Its header is durable before the file gets its
/// name, and the name is durable before anything in the file counts. Returns the open file, the
/// chain after the header, and the header's length in bytes.
pub(super) fn begin_segment(
    disk: &mut dyn Disk,
    dir: &Path,
    program: &str,
    chain: &Chain,
) -> Result<(OpenFile, Chain, u64), LogError> {
    let segment = Segment::new(dir, chain.next_seq());
    let mut chain = *chain;
    let mut header = Vec::new();
    write_header(&mut header, program, segment.first, chain.last_hash());
    chain.header(&header).map_err(|what| LogError::Unwritable { index: 0, what })?;

    let unnamed = dir.join(format!("{}.new", segment.name));
    let mut file = disk.create(&unnamed).map_err(|e| LogError::io("make", &unnamed, e))?;
    disk.write_all(&mut file, &header).map_err(|e| LogError::io("write to", &unnamed, e))?;
    disk.sync_data(&file).map_err(|e| LogError::io("sync", &unnamed, e))?;
    disk.rename(&unnamed, &segment.path)
        .map_err(|e| LogError::io("rename to", &segment.path, e))?;
    disk.sync_dir(dir).map_err(|e| LogError::io("sync", dir, e))?;
    let file = OpenFile::append_to(&segment.path)
        .map_err(|e| LogError::io("open for writing", &segment.path, e))?;
    Ok((file, chain, header.len() as u64))
}

/// Moves a torn tail, which begins at `byte`, into a file of its own, and returns that file's path.
/// The copy is durable before the segment is cut.
pub(super) fn save_torn_tail(
    disk: &mut dyn Disk,
    dir: &Path,
    segment: &Segment,
    file: &OpenFile,
    byte: u64,
    next_seq: u64,
) -> Result<PathBuf, LogError> {
    let free =
        (1_u32..).map(|n| dir.join(format!("torn-{next_seq:06}-{n}.bytes"))).find(|p| !p.exists());
    let path = free.unwrap_or_else(|| dir.join("torn.bytes"));
    copy_tail(disk, segment, byte, &path)
        .map_err(|e| LogError::io("set a torn tail aside in", &path, e))?;
    disk.sync_dir(dir).map_err(|e| LogError::io("sync", dir, e))?;
    disk.truncate(file, byte).map_err(|e| LogError::io("cut", &segment.path, e))?;
    Ok(path)
}

/// Copies a segment's bytes from `byte` on to a new file and syncs it.
pub(super) fn copy_tail(
    disk: &mut dyn Disk,
    segment: &Segment,
    byte: u64,
    path: &Path,
) -> io::Result<()> {
    let mut tail = open_at_byte(segment, byte)?;
    let mut copy = disk.create(path)?;
    let mut block = vec![0; 64 * 1024];
    loop {
        match tail.read(&mut block)? {
            0 => return disk.sync_data(&copy),
            n => disk.write_all(&mut copy, &block[..n])?,
        }
    }
}
