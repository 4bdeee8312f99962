//! The key file on the disk: read only when nobody else can read it, made once, changed as a whole.
//!
//! A lost key loses all that is sealed under it. So a key is on the disk, name and all, before anybody can use it; of
//! several processes that make the file at once one wins and the others take its key; and those that change the file
//! wait for each other.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use super::{
    cipher::random,
    ring::{Ring, fault},
};
use crate::error::{Error, Result};

/// A file with a thousand keys is smaller; what is larger is some other file.
const LARGEST: usize = 64 * 1024;

/// Reads the file; a missing one is made.
pub(super) fn open_or_make(path: &Path) -> Result<Ring> {
    match File::open(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
            make(path).map_err(|cause| on_disk(path, &cause))?;
            // Read what is there now, be it ours or that of another process which was faster.
            read(path)
        }
        opened => read_from(&opened.map_err(|cause| on_disk(path, &cause))?, path),
    }
}

/// Reads the file, which must be there.
pub(super) fn read(path: &Path) -> Result<Ring> {
    let file = File::open(path).map_err(|cause| on_disk(path, &cause))?;
    read_from(&file, path)
}

/// Puts a new key in front of the others.
pub(super) fn rotate(path: &Path) -> Result<Ring> {
    let (path, locked) = lock(path)?;
    let mut ring = read_from(&locked, &path)?;
    ring.rotate();
    replace(&path, &locked, &ring).map_err(|cause| on_disk(&path, &cause))?;
    Ok(ring)
}

/// Strikes all keys but the current one, which must be the one named, and gives the ids of those struck.
pub(super) fn forget_old(path: &Path, current: &str) -> Result<(Ring, Vec<String>)> {
    let (path, locked) = lock(path)?;
    let mut ring = read_from(&locked, &path)?;
    if ring.current().id() != current {
        let (place, newer) = (path.display(), ring.current().id());
        return Err(fault(
            format!(
                "the current key of {place} is {newer}, but everything was carried over to {current}; carry it over to \
                 the new key first"
            ),
            format!("{place} 的当前密钥为 {newer}，而数据已转至 {current}；请先转至新密钥"),
        ));
    }
    let struck = ring.forget_old();
    if !struck.is_empty() {
        replace(&path, &locked, &ring).map_err(|cause| on_disk(&path, &cause))?;
    }
    Ok((ring, struck))
}

/// Reads from the file that is open, whatever its name points at by now.
fn read_from(mut file: &File, path: &Path) -> Result<Ring> {
    check(file, path)?;
    // Room enough from the start: a text that grows leaves copies of itself behind in memory.
    let mut text = Zeroizing::new(String::with_capacity(LARGEST + 1));
    (&mut file)
        .take(LARGEST as u64 + 1)
        .read_to_string(&mut text)
        .map_err(|cause| on_disk(path, &cause))?;
    Ring::from_file(&text, path)
}

/// Refuses what is no key file, and what others can read or change.
fn check(file: &File, path: &Path) -> Result<()> {
    let metadata = file.metadata().map_err(|cause| on_disk(path, &cause))?;
    let place = path.display();
    if !metadata.is_file() || metadata.len() > LARGEST as u64 {
        return Err(fault(
            format!("{place} is no key file; name the file in which the master keys are kept"),
            format!("{place} 不是密钥文件，请指定保存主密钥的文件"),
        ));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;

        // The group may read, for a service that does not own its file; beyond that, nobody but the owner.
        let mode = metadata.permissions().mode() & 0o7777;
        if mode & 0o037 != 0 {
            return Err(fault(
                format!(
                    "{place} is open to others (its mode is {mode:04o}); close it with: chmod 600 {place} (or 640, if \
                     the service reads it as a member of its group)"
                ),
                format!(
                    "{place} 对他人开放（权限为 {mode:04o}）；请执行：chmod 600 {place}（如服务以所属组成员身份读取，可设为 640）"
                ),
            ));
        }
    }
    Ok(())
}

/// Makes the file with a first key, unless another process does so first.
fn make(path: &Path) -> io::Result<()> {
    let folder = folder_of(path);
    make_folder(folder)?;
    let partial = Partial::beside(path)?;
    partial.write(&Ring::random())?;
    // A link, unlike a renaming, never takes the place of what is there.
    match fs::hard_link(&partial.path, path) {
        Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists => Err(cause),
        // Made, or there already; in either case its name must outlive a loss of power before the key is used.
        _ => sync(folder),
    }
}

/// Puts the file with these keys in the place of the one that is locked, for the same owner and with the same rights.
fn replace(path: &Path, before: &File, ring: &Ring) -> io::Result<()> {
    let partial = Partial::beside(path)?;
    belong_alike(&partial.file, before)?;
    partial.write(ring)?;
    fs::rename(&partial.path, path)?;
    sync(folder_of(path))
}

/// An operator may rotate as root what the service then has to read.
#[cfg(unix)]
fn belong_alike(new: &File, before: &File) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};

    let (own, old) = (new.metadata()?, before.metadata()?);
    if (own.uid(), own.gid()) != (old.uid(), old.gid()) {
        fchown(new, Some(old.uid()), Some(old.gid()))?;
    }
    new.set_permissions(old.permissions())
}

#[cfg(not(unix))]
fn belong_alike(_: &File, _: &File) -> io::Result<()> {
    Ok(())
}

/// Waits until nobody else changes the file, and gives where it really is: what a link points at is replaced, not the
/// link. The lock ends with the file that is given back.
fn lock(path: &Path) -> Result<(PathBuf, File)> {
    let path = fs::canonicalize(path).map_err(|cause| on_disk(path, &cause))?;
    loop {
        // Opened for writing because network file systems lock nothing else.
        let file = OpenOptions::new().read(true).write(true).open(&path);
        let locked = file.and_then(|file| file.lock().map(|()| file));
        let locked = locked.map_err(|cause| on_disk(&path, &cause))?;
        // While we waited, the other may have put a new file in the place of the one that we then got.
        if still_there(&locked, &path).map_err(|cause| on_disk(&path, &cause))? {
            return Ok((path, locked));
        }
    }
}

#[cfg(unix)]
fn still_there(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;

    let (ours, named) = (file.metadata()?, fs::metadata(path)?);
    Ok((ours.dev(), ours.ino()) == (named.dev(), named.ino()))
}

#[cfg(not(unix))]
fn still_there(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}

/// A file that is not yet in its place. It goes away with this value: renamed, it is gone already; linked, it is not
/// needed under this name.
struct Partial {
    path: PathBuf,
    file: File,
}

impl Partial {
    fn beside(path: &Path) -> io::Result<Self> {
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
        let lot = u64::from_be_bytes(random());
        let path = path.with_file_name(format!(".{name}.{lot:016x}.partial"));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path)?;
        Ok(Self { path, file })
    }

    fn write(&self, ring: &Ring) -> io::Result<()> {
        (&self.file).write_all(ring.to_file().as_bytes())?;
        self.file.sync_all()
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // If removing fails, a hidden file stays that nobody else can read; there is nobody to tell.
        let _ = fs::remove_file(&self.path);
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes the folder and those above it, each known to the one above before anything is put into it.
fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let above = folder_of(folder);
    make_folder(above)?;
    match fs::create_dir(folder) {
        // Another process may make it at the same time.
        Err(cause) if !folder.is_dir() => Err(cause),
        _ => sync(above),
    }
}

/// Lets what a folder lists outlive a loss of power. Where folders cannot be opened there is nothing to do.
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder).map_or(Ok(()), |folder| folder.sync_all())
}

fn on_disk(path: &Path, cause: &io::Error) -> Error {
    let place = path.display();
    match cause.kind() {
        io::ErrorKind::NotFound => fault(
            format!(
                "there is no key file {place}; put back the copy that was kept of it, or mend the path"
            ),
            format!("密钥文件 {place} 不存在，请用留存的副本恢复，或更正路径"),
        ),
        io::ErrorKind::InvalidData => fault(
            format!(
                "{place} is no text, so it is no key file; put back the copy that was kept of it"
            ),
            format!("{place} 不是文本文件，因而不是密钥文件；请用留存的副本恢复"),
        ),
        _ => fault(
            format!("the key file {place} cannot be used: {cause}"),
            format!("密钥文件 {place} 无法使用：{cause}"),
        ),
    }
}
