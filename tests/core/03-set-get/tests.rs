//! What holds for the core from stage 03 on.

mod db;
mod reply;
