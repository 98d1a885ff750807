//! Small pictures, made anew from the pixels, so that nothing else of a file comes along: no place, no camera, no trailer.

use super::kind::Type;
use crate::{Error, Result};
use image::{
    DynamicImage, ImageDecoder as _, ImageEncoder as _, ImageError, ImageFormat, ImageReader,
    Limits, codecs::jpeg::JpegEncoder, metadata::Orientation,
};
use std::io::Cursor;
use tokio::sync::Semaphore;

/// Pixels of the longest side of a small picture.
pub(super) const SIDE: u32 = 640;
/// Pixels of a picture that is opened at all: about what the largest phone cameras make.
const PIXELS: u64 = 50_000_000;
/// Bytes that a picture's pixels and their decoder may take together; one that needs more is kept without.
const MEMORY: u64 = 256 * 1024 * 1024;
/// Bytes of a picture that is looked at; a larger one is kept without.
pub(super) const LARGEST: usize = 20 * 1024 * 1024;

/// A picture as it was found, with a small one of it.
pub(super) struct Looked {
    pub width: u32,
    pub height: u32,
    pub thumb: Vec<u8>,
}

/// What became of looking at it.
pub(super) enum Sight {
    Seen(Looked),
    /// It claims more pixels than anybody's screen should have to open.
    Bomb,
    /// Not a picture that can be read, or not in the memory that there is for it: it is kept without a small one.
    Dark,
}

/// Looks at a picture, one at a time: it takes memory and a core. What is made of it has no side longer than that.
pub(super) async fn look(
    turn: &Semaphore,
    found: Type,
    bytes: Vec<u8>,
    side: u32,
) -> Result<Sight> {
    let Some(format) = format(found) else {
        return Ok(Sight::Dark);
    };
    let _turn = turn
        .acquire()
        .await
        .map_err(|_| Error::internal("nobody gives turns any more"))?;
    // A decoder that breaks on what it is given has seen nothing.
    let sight = tokio::task::spawn_blocking(move || sight(format, &bytes, side)).await;
    Ok(sight.unwrap_or(Sight::Dark))
}

fn format(found: Type) -> Option<ImageFormat> {
    Some(match found.mime {
        "image/jpeg" => ImageFormat::Jpeg,
        "image/png" => ImageFormat::Png,
        "image/webp" => ImageFormat::WebP,
        "image/gif" => ImageFormat::Gif,
        _ => return None,
    })
}

fn sight(format: ImageFormat, bytes: &[u8], side: u32) -> Sight {
    open(format, bytes, MEMORY, side).unwrap_or(Sight::Dark)
}

fn open(format: ImageFormat, bytes: &[u8], memory: u64, side: u32) -> Result<Sight, ImageError> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(memory);
    reader.limits(limits.clone());
    let mut decoder = match reader.into_decoder() {
        // No memory is enough for what its head claims.
        Err(ImageError::Limits(_)) => return Ok(Sight::Bomb),
        decoder => decoder?,
    };
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS {
        return Ok(Sight::Bomb);
    }
    let orientation = decoder.orientation()?;
    // The pixels themselves, which a decoder does not count: what is left is for what it needs beside them.
    limits.reserve(decoder.total_bytes())?;
    decoder.set_limits(limits)?;
    let picture = DynamicImage::from_decoder(decoder)?;
    let mut small = if width.max(height) > side {
        picture.thumbnail(side, side)
    } else {
        picture
    };
    // Only the small one is turned: turning makes a copy.
    small.apply_orientation(orientation);
    let (width, height) = if lies(orientation) {
        (height, width)
    } else {
        (width, height)
    };
    Ok(Sight::Seen(Looked {
        width,
        height,
        thumb: encode(&small)?,
    }))
}

/// Whether its height becomes its width.
fn lies(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    )
}

/// JPEG, or PNG when something can be seen through.
fn encode(small: &DynamicImage) -> Result<Vec<u8>, ImageError> {
    let mut out = Vec::new();
    if small.color().has_alpha() && small.to_rgba8().pixels().any(|pixel| pixel.0[3] < 255) {
        small
            .to_rgba8()
            .write_to(&mut Cursor::new(&mut out), ImageFormat::Png)?;
    } else {
        let flat = small.to_rgb8();
        JpegEncoder::new_with_quality(&mut out, 80).write_image(
            flat.as_raw(),
            flat.width(),
            flat.height(),
            image::ExtendedColorType::Rgb8,
        )?;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::kind::sniff;

    fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let pixels = image::RgbImage::from_fn(width, height, |x, _| {
            image::Rgb([if x < width / 2 { 255 } else { 0 }, 0, 0])
        });
        let mut out = Vec::new();
        pixels.write_to(&mut Cursor::new(&mut out), format).unwrap();
        out
    }

    async fn looked(bytes: Vec<u8>) -> Sight {
        look(&Semaphore::new(1), sniff(&bytes), bytes, SIDE)
            .await
            .unwrap()
    }

    async fn seen(bytes: Vec<u8>) -> Looked {
        match looked(bytes).await {
            Sight::Seen(looked) => looked,
            Sight::Bomb => panic!("a bomb"),
            Sight::Dark => panic!("not a picture"),
        }
    }

    /// Exif's words for a camera that was held upright: to be turned by a quarter.
    const TURNED: &[u8] = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";

    /// A JPEG with a turned orientation and a place in its metadata.
    fn with_exif(jpeg: &[u8]) -> Vec<u8> {
        let tiff = [&b"Exif\0\0"[..], TURNED, b"SECRET PLACE"].concat();
        let mut out = jpeg[..2].to_vec();
        out.extend([0xff, 0xe1]);
        out.extend(u16::try_from(tiff.len() + 2).unwrap().to_be_bytes());
        out.extend(tiff);
        out.extend(&jpeg[2..]);
        out
    }

    #[tokio::test]
    async fn every_kind_of_picture_gets_a_small_one_without_metadata_and_the_right_way_up() {
        for format in [
            ImageFormat::Jpeg,
            ImageFormat::Png,
            ImageFormat::WebP,
            ImageFormat::Gif,
        ] {
            let found = seen(picture(1300, 650, format)).await;
            assert_eq!((found.width, found.height), (1300, 650), "{format:?}");
            let small = image::load_from_memory(&found.thumb).unwrap();
            assert_eq!((small.width(), small.height()), (640, 320), "{format:?}");
        }
        let turned = with_exif(&picture(40, 20, ImageFormat::Jpeg));
        assert!(turned.windows(6).any(|at| at == b"SECRET"));
        let found = seen(turned).await;
        assert_eq!((found.width, found.height), (20, 40), "it was turned");
        for word in [&b"SECRET"[..], b"Exif"] {
            assert!(
                !found.thumb.windows(word.len()).any(|at| at == word),
                "{word:?}"
            );
        }
    }

    #[tokio::test]
    async fn what_can_be_seen_through_stays_so() {
        let pixels = image::RgbaImage::from_pixel(30, 30, image::Rgba([1, 2, 3, 0]));
        let mut sticker = Vec::new();
        pixels
            .write_to(&mut Cursor::new(&mut sticker), ImageFormat::WebP)
            .unwrap();
        let found = seen(sticker).await;
        let small = image::load_from_memory(&found.thumb).unwrap().to_rgba8();
        assert_eq!(small.get_pixel(3, 3).0[3], 0);
    }

    #[tokio::test]
    async fn a_bomb_is_told_by_its_head_and_never_opened() {
        let bomb = claiming(picture(4, 4, ImageFormat::Png), 65_536, 65_536);
        assert!(matches!(looked(bomb).await, Sight::Bomb));
        let mut gif = picture(4, 4, ImageFormat::Gif);
        gif[6..10].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
        assert!(matches!(looked(gif).await, Sight::Bomb));
    }

    /// A PNG of one colour with 16 bits a channel, eight bytes a pixel, to be turned by a quarter.
    fn deep(width: u32, height: u32) -> Vec<u8> {
        let pixels = image::ImageBuffer::from_pixel(
            width,
            height,
            image::Rgba([900_u16, 9_000, 90, u16::MAX]),
        );
        let mut out = Vec::new();
        let mut encoder = image::codecs::png::PngEncoder::new(&mut out);
        encoder.set_exif_metadata(TURNED.to_vec()).unwrap();
        DynamicImage::ImageRgba16(pixels)
            .write_with_encoder(encoder)
            .unwrap();
        out
    }

    #[tokio::test]
    async fn a_picture_that_takes_more_memory_than_there_is_for_it_is_kept_without_a_small_one() {
        let (width, height) = (800, 500);
        let (bytes, takes) = (deep(width, height), u64::from(width * height * 8));
        let Ok(Sight::Seen(found)) = open(ImageFormat::Png, &bytes, takes, SIDE) else {
            panic!("it fits, though it is turned")
        };
        assert_eq!((found.width, found.height), (500, 800));
        let small = image::load_from_memory(&found.thumb).unwrap();
        assert_eq!((small.width(), small.height()), (400, 640));
        for (bytes, memory) in [
            (&bytes, takes - 1),
            // 49 million pixels, which are few enough, in 392 MB.
            (&claiming(deep(4, 4), 7000, 7000), MEMORY),
        ] {
            let opened = open(ImageFormat::Png, bytes, memory, SIDE);
            assert!(matches!(opened, Err(ImageError::Limits(_))), "{memory}");
        }
        let large = claiming(deep(4, 4), 7000, 7000);
        assert!(matches!(looked(large).await, Sight::Dark));
    }

    #[tokio::test]
    async fn what_is_broken_is_dark() {
        for format in [
            ImageFormat::Jpeg,
            ImageFormat::Png,
            ImageFormat::WebP,
            ImageFormat::Gif,
        ] {
            let whole = picture(64, 64, format);
            assert!(
                !matches!(looked(whole[..whole.len() / 3].to_vec()).await, Sight::Bomb),
                "{format:?}"
            );
        }
        assert!(matches!(looked(b"%PDF-1.4".to_vec()).await, Sight::Dark));
    }

    /// A PNG with its own head, but for another size and a right sum.
    fn claiming(mut png: Vec<u8>, width: u32, height: u32) -> Vec<u8> {
        png[16..20].copy_from_slice(&width.to_be_bytes());
        png[20..24].copy_from_slice(&height.to_be_bytes());
        let sum = crc(&png[12..29]);
        png[29..33].copy_from_slice(&sum.to_be_bytes());
        png
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0_u32, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
                (sum >> 1) ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 }
            })
        })
    }
}
