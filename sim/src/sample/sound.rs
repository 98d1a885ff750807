//! Silence in MP3 and in AAC, one channel, 44,100 Hz.

/// MPEG 1, layer III, 32 kbit/s: frames of 104 bytes, of which all but the header say nothing.
pub(super) fn mp3(seconds: usize) -> Vec<u8> {
    let mut frame = [0; 104];
    frame[..4].copy_from_slice(&[0xff, 0xfb, 0x10, 0xc0]);
    frame.repeat(seconds * 44_100 / 1152)
}

/// ADTS with AAC-LC: the element of one channel with no bands at all, then the end.
pub(super) fn aac(seconds: usize) -> Vec<u8> {
    let frame = [
        0xff, 0xf1, 0x50, 0x40, 0x01, 0x7f, 0xfc, 0x00, 0x00, 0x00, 0x07,
    ];
    frame.repeat(seconds * 44_100 / 1024)
}
