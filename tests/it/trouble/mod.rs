//! Trouble that comes from outside: what then still works, what is said about it, and that it passes by itself.

mod clients;
mod database;
mod disk;
mod index_command;
mod index_files;
mod start;
