//! Pieces that every page is made of; none of them knows what page it is on.

pub mod ask;
pub mod avatar;
pub mod contact_parts;
pub mod copy;
pub mod dialog;
pub mod empty;
pub mod field;
pub mod first_steps;
pub mod icon;
pub mod labels;
pub mod later;
pub mod linked;
pub mod passkey;
pub mod prefs;
pub mod public;
pub mod same;
pub mod save;
pub mod second;
pub mod sentinel;
pub mod settings;
pub mod time;
pub mod toast;
pub mod upload;
