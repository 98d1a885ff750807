//! Writing bits: the high ones first, as JPEG and H.264 do, or the low ones first, as WebP does.

/// High bits first.
#[derive(Debug, Default)]
pub(super) struct High {
    pub(super) bytes: Vec<u8>,
    used: u32,
}

impl High {
    /// The low `count` bits of a value.
    pub(super) fn put(&mut self, value: u32, count: u32) {
        for place in (0..count).rev() {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            if value >> place & 1 == 1
                && let Some(last) = self.bytes.last_mut()
            {
                *last |= 0x80 >> (self.used % 8);
            }
            self.used += 1;
        }
    }

    /// An unsigned Exp-Golomb code (H.264, 9.1).
    pub(super) fn golomb(&mut self, value: u32) {
        let width = (value + 1).ilog2();
        self.put(0, width);
        self.put(value + 1, width + 1);
    }

    /// Fills the byte that was begun.
    pub(super) fn align(&mut self, fill: u32) {
        while !self.used.is_multiple_of(8) {
            self.put(fill, 1);
        }
    }

    /// Whole bytes, where one begins.
    pub(super) fn extend(&mut self, bytes: impl IntoIterator<Item = u8>) {
        let before = self.bytes.len();
        self.bytes.extend(bytes);
        self.used += u32::try_from(self.bytes.len() - before).unwrap_or_default() * 8;
    }
}

/// Low bits first.
#[derive(Debug, Default)]
pub(super) struct Low {
    pub(super) bytes: Vec<u8>,
    used: u32,
}

impl Low {
    /// The low `count` bits of a value.
    pub(super) fn put(&mut self, value: u32, count: u32) {
        for place in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            if value >> place & 1 == 1
                && let Some(last) = self.bytes.last_mut()
            {
                *last |= 1 << (self.used % 8);
            }
            self.used += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_stand_where_they_belong() {
        let mut high = High::default();
        high.put(0b101, 3);
        high.golomb(0);
        high.golomb(3);
        high.align(1);
        assert_eq!(high.bytes, [0b1011_0010, 0b0111_1111]);
        let mut low = Low::default();
        low.put(0b101, 3);
        low.put(1, 1);
        low.put(0b11, 6);
        assert_eq!(low.bytes, [0b0011_1101, 0]);
    }
}
