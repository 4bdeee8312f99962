//! The engine's files, written without waiting for the disk.
//!
//! A commit of one document writes a dozen small files; to wait for the disk after each costs a tenth of a second, and
//! buys little: what is in the system's memory survives the end of the process, by `kill -9` too, and after a power cut
//! the database still has everything. So files are only synced when a generation is finished or closed, and a mark in the
//! folder tells whether the machine went down in between: then every file's checksum is looked at before it is trusted
//! (see [`crate::storage`]).

use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    sync::Arc,
};
use tantivy::directory::{
    AntiCallToken, Directory, DirectoryLock, FileHandle, Lock, MmapDirectory, TerminatingWrite,
    WatchCallback, WatchHandle, WritePtr,
    error::{DeleteError, LockError, OpenReadError, OpenWriteError},
};

/// A folder of mapped files.
#[derive(Clone)]
pub(crate) struct SwiftDirectory {
    root: PathBuf,
    files: MmapDirectory,
}

impl SwiftDirectory {
    pub(crate) fn open(root: &Path) -> tantivy::Result<Self> {
        Ok(Self { root: root.to_path_buf(), files: MmapDirectory::open(root)? })
    }
}

/// Waits until every file of a folder is on the disk.
pub(crate) fn sync(root: &Path) -> io::Result<()> {
    for entry in fs::read_dir(root)? {
        let path = entry?.path();
        match File::open(&path) {
            Ok(file) => file.sync_all()?,
            // Merged away in the meantime.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    File::open(root)?.sync_all()
}

impl fmt::Debug for SwiftDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SwiftDirectory({})", self.root.display())
    }
}

struct SwiftFile(File);

impl Write for SwiftFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl TerminatingWrite for SwiftFile {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        self.0.flush()
    }
}

impl Directory for SwiftDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.files.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.files.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.files.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let opened = OpenOptions::new().write(true).create_new(true).open(self.root.join(path));
        let file = opened.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => OpenWriteError::FileAlreadyExists(path.to_path_buf()),
            _ => {
                OpenWriteError::IoError { io_error: Arc::new(error), filepath: path.to_path_buf() }
            }
        })?;
        Ok(BufWriter::new(Box::new(SwiftFile(file))))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.files.atomic_read(path)
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        // Only one writer is open on a folder, so this name is nobody else's.
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let temporary = self.root.join(format!(".{name}.new"));
        fs::write(&temporary, data)?;
        fs::rename(&temporary, self.root.join(path))
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.files.acquire_lock(lock)
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.files.watch(callback)
    }
}
