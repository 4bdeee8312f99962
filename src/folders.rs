//! Folders for what is not for everybody on the machine.

use std::{fs::DirBuilder, io, path::Path};

/// Makes a folder, with those above it, that nobody but its owner looks into. One that is there stays as it is.
pub fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}
