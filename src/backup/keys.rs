//! The keys beside a copy: what is confidential in the database can be read with them alone.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use super::on_disk;
use crate::{
    error::{Error, Result},
    language::Text,
    vault::Source,
};

/// The file of the keys in a copy.
const KEYS: &str = "master.keys";

/// Copies the keys beside a copy that has been made; after it, so that a key that was made meanwhile is among them.
/// Gives whether there was a file to copy: keys of a setting are the operator's to keep.
pub fn copy(keys: &Source, folder: &Path) -> Result<bool> {
    let Source::File(file) = keys else { return Ok(false) };
    match fs::read(file) {
        Ok(text) => write_new(&folder.join(KEYS), &text).map(|()| true),
        // A database that has never been served has sealed nothing.
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(cause) => Err(on_disk(file, &cause)),
    }
}

/// Puts the keys of a copy back, before its rows. Keys that are there already must be the same: they may have sealed
/// something else. Gives whether there are keys now.
pub fn restore(keys: &Source, folder: &Path) -> Result<bool> {
    let Source::File(file) = keys else { return Ok(true) };
    let copied = match fs::read(folder.join(KEYS)) {
        Ok(text) => text,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(file.exists()),
        Err(cause) => return Err(on_disk(folder, &cause)),
    };
    match fs::read(file) {
        Ok(there) if there == copied => Ok(true),
        Ok(_) => {
            let reason = Text::new(
                format!(
                    "{} holds other keys than the copy; move it away, or name another file by keys.file",
                    file.display()
                ),
                format!(
                    "{} 中的密钥与备份不同，请移走该文件，或以 keys.file 另指定文件",
                    file.display()
                ),
            );
            Err(Error::invalid("keys.file", reason))
        }
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
            if let Some(parent) = file.parent() {
                fs::create_dir_all(parent).map_err(|cause| on_disk(parent, &cause))?;
            }
            write_new(file, &copied).map(|()| true)
        }
        Err(cause) => Err(on_disk(file, &cause)),
    }
}

/// Writes a file that was not there, for its owner alone, and makes sure that it is on the disk.
fn write_new(path: &Path, text: &[u8]) -> Result<()> {
    let mut options = OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(path);
    file.and_then(|mut file| file.write_all(text).and_then(|()| file.sync_all()))
        .map_err(|cause| on_disk(path, &cause))
}
