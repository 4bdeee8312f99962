//! What somebody wants of a field of a thing that they change.

/// What is wanted of a field: that it stays as it is, or that it becomes something, which may be nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wanted<T> {
    /// It stays as it is.
    #[default]
    AsItIs,
    /// It becomes this.
    To(T),
}

impl<T> Wanted<Option<T>> {
    /// The same, once what it becomes has been read.
    ///
    /// # Errors
    /// Whatever reading ends in.
    pub fn read<U, E>(self, read: impl FnOnce(T) -> Result<U, E>) -> Result<Wanted<Option<U>>, E> {
        match self {
            Self::AsItIs => Ok(Wanted::AsItIs),
            Self::To(value) => Ok(Wanted::To(value.map(read).transpose()?)),
        }
    }
}
