//! From the files of `content/` to the files of the output folder.

pub mod record;
