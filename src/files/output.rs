//! A file that is being written: it appears whole or not at all.
//!
//! It is written beside its place, flushed to the disk and renamed.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::FileError;

/// Takes the bytes of a file.
pub struct Output {
    name: String,
    out: BufWriter<Box<dyn Write + Send>>,
    place: Option<Place>,
}

/// Where a file will be, and where it is being written.
struct Place {
    path: PathBuf,
    partial: PathBuf,
    file: File,
}

impl Output {
    /// Writes to a file, in place of what was there once [`Output::finish`] succeeds; `-` is standard output.
    pub fn create(path: &Path) -> Result<Output, FileError> {
        let name = path.display().to_string();
        if path.as_os_str() == "-" {
            return Ok(Output::new("standard output", Box::new(io::stdout())));
        }
        let refused = |cause| FileError::io(&name, cause);
        // A terminal or a pipe cannot be replaced, only written to.
        if fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
            let out = File::options().write(true).open(path).map_err(refused)?;
            return Ok(Output::new(&name, Box::new(out)));
        }
        let place = Place::beside(path).map_err(refused)?;
        let out = place.file.try_clone().map_err(refused)?;
        Ok(Output { place: Some(place), ..Output::new(&name, Box::new(out)) })
    }

    /// Writes to anything that takes bytes; the name stands in errors.
    pub fn new(name: &str, out: Box<dyn Write + Send>) -> Output {
        Output { name: name.to_owned(), out: BufWriter::new(out), place: None }
    }

    /// The file, as it was named.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Takes bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.out.write_all(bytes).map_err(|cause| FileError::io(&self.name, cause))
    }

    /// Brings everything to its place, on the disk for good.
    pub fn finish(mut self) -> Result<(), FileError> {
        self.out
            .flush()
            .and_then(|()| self.place.take().map_or(Ok(()), Place::settle))
            .map_err(|cause| FileError::io(&self.name, cause))
    }
}

impl std::fmt::Debug for Output {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Output").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Puts bytes that are there whole into a file, in place of what was there; `-` is standard output.
pub fn put(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let mut output = Output::create(path)?;
    output.write(bytes)?;
    output.finish()
}

impl Place {
    fn beside(path: &Path) -> io::Result<Place> {
        // What a link points at is replaced, not the link.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if path.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let name =
            path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy().into_owned();
        let partial = path.with_file_name(format!(".{name}.{}.partial", std::process::id()));
        let file = File::create(&partial)?;
        Ok(Place { path, partial, file })
    }

    fn settle(self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.partial, &self.path)?;
        let folder = self
            .path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        // Only now does the new name outlive a loss of power. Where folders cannot be opened there is nothing to do.
        File::open(folder).map_or(Ok(()), |folder| folder.sync_all())
    }
}

/// What was not brought to its place is taken away.
impl Drop for Place {
    fn drop(&mut self) {
        // After the rename there is nothing under this name; if removing fails, a hidden file stays, which harms nobody.
        let _ = fs::remove_file(&self.partial);
    }
}
