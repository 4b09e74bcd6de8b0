//! What is promised of other programs' files, on files in homes of their own.

mod formats;
mod programs;
mod writing;
