//! QR codes: what stands in one, how it looks, and the picture.

use crate::{ChannelId, Moment};
use serde::{Deserialize, Serialize};

/// What stands in a code, as somebody filled it in; an empty text stands for nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QrContent {
    /// A chat with one of the workspace's numbers.
    Chat {
        /// Which.
        channel: ChannelId,
        /// What is in their line already; they send it, or something else.
        text: String,
    },
    /// A portal link that was just made.
    Portal {
        /// Its address: it is kept by nobody but the page that shows it.
        address: String,
    },
    /// A number to call.
    Phone {
        /// As typed.
        phone: String,
    },
    /// A page of the web.
    Link {
        /// As typed.
        address: String,
    },
    /// A contact's card.
    Card(QrCard),
    /// A way into a wireless network.
    Wifi(QrWifi),
    /// An entry for a calendar.
    Event(QrEvent),
}

/// A contact's card.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QrCard {
    /// What they are called; needed.
    pub name: String,
    /// Where they work.
    pub organisation: String,
    /// As what.
    pub title: String,
    /// Their number, as typed.
    pub phone: String,
    /// Their address of e-mail.
    pub email: String,
    /// Their page of the web.
    pub website: String,
    /// Where they are, in several lines.
    pub place: String,
    /// Whatever else, in several lines.
    pub note: String,
}

/// A wireless network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QrWifi {
    /// Its name; needed.
    pub network: String,
    /// Its password; empty where none is asked for.
    pub password: String,
    /// It does not say its name by itself.
    pub hidden: bool,
}

/// An entry for a calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QrEvent {
    /// What; needed.
    pub title: String,
    /// Where.
    pub place: String,
    /// Whatever else, in several lines.
    pub note: String,
    /// From when; needed.
    pub start: Option<Moment>,
    /// Until when; needed, and later.
    pub end: Option<Moment>,
}

/// How a code looks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QrLook {
    /// The side of the picture in pixels, at most: each square is as many whole pixels wide.
    pub size: u16,
    /// Squares that are left free around it.
    pub margin: u8,
    /// The colour of the squares, as `#rrggbb`.
    pub dark: String,
    /// That of the ground.
    pub light: String,
    /// How much of it may be covered.
    pub level: QrLevel,
}

/// How much of a code may be dirty or covered, and is read all the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QrLevel {
    /// 7 %.
    Low,
    /// 15 %.
    #[default]
    Medium,
    /// 25 %.
    Quartile,
    /// 30 %.
    High,
}

impl Default for QrLook {
    fn default() -> Self {
        Self {
            size: 512,
            margin: 4,
            dark: "#000000".into(),
            light: "#ffffff".into(),
            level: QrLevel::default(),
        }
    }
}

/// A code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QrDrawn {
    /// What stands in it, letter by letter.
    pub text: String,
    /// The picture as SVG.
    pub svg: String,
    /// The picture as PNG, in base64.
    pub png: String,
}
