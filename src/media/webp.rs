//! Pixels to WebP.

use webp::{Encoder, WebPConfig};

/// How a picture is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    /// As photographs are, from 1 (smallest) to 100 (best).
    Lossy(u8),
    /// Each pixel as it is.
    Lossless,
}

/// The longest side that the format can have, in pixels.
pub(super) const LONGEST: u32 = 16_383;

/// Chunk of a colour profile, and its flag of `VP8X`.
const PROFILE: (&[u8; 4], u8) = (b"ICCP", 0x20);
/// Flag of `VP8X`: some pixels let the ground through.
const ALPHA: u8 = 0x10;

/// Packs pixels of four bytes (red, green, blue, opacity); `None` if libwebp does not want them.
pub(super) fn encode(pixels: &[u8], (width, height): (u32, u32), packing: Packing) -> Option<Vec<u8>> {
    let mut config = WebPConfig::new().ok()?;
    match packing {
        Packing::Lossy(quality) => config.quality = f32::from(quality),
        Packing::Lossless => {
            // Measured on screenshots: within a twentieth of the smallest, in a fifth of the time.
            config.lossless = 1;
            config.method = 2;
            config.quality = 40.0;
        }
    }
    Some(Encoder::from_rgba(pixels, width, height).encode_advanced(&config).ok()?.to_vec())
}

/// The file with a colour profile (RFC 9649, section 2.7: an extended file begins with `VP8X`); as it is if it is none that we know.
pub(super) fn with_profile(file: Vec<u8>, profile: &[u8], (width, height): (u32, u32)) -> Vec<u8> {
    let Some((name, body)) = file.get(12..).and_then(|rest| rest.split_first_chunk::<4>()) else { return file };
    let (flags, chunks) = match (name, body.get(4)) {
        (b"VP8X", Some(flags)) => (*flags, &body[14..]),
        (b"VP8 ", Some(_)) => (0, &file[12..]),
        // A signature, 14 bits for each side, and one that says whether there is opacity.
        (b"VP8L", Some(_)) => (if body.get(8).is_some_and(|b| b & 0x10 != 0) { ALPHA } else { 0 }, &file[12..]),
        _ => return file,
    };
    let mut head = vec![flags | PROFILE.1, 0, 0, 0];
    head.extend_from_slice(&(width - 1).to_le_bytes()[..3]);
    head.extend_from_slice(&(height - 1).to_le_bytes()[..3]);
    let mut packed = Vec::from(b"WEBP");
    put(&mut packed, b"VP8X", &head);
    put(&mut packed, PROFILE.0, profile);
    packed.extend_from_slice(chunks);
    let mut whole = Vec::new();
    put(&mut whole, b"RIFF", &packed);
    whole
}

/// A chunk: its name, its length, and its bytes, an even number of them.
fn put(file: &mut Vec<u8>, name: &[u8; 4], body: &[u8]) {
    file.extend_from_slice(name);
    file.extend_from_slice(&u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
    file.extend_from_slice(body);
    file.extend_from_slice(&[0][..body.len() % 2]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{DynamicImage, ImageDecoder, codecs::webp::WebPDecoder};
    use std::io::Cursor;

    /// Pixels of a soft gradient; every second one lets something through if asked for.
    fn gradient(width: u32, height: u32, opaque: bool) -> Vec<u8> {
        let pixel = |i: u32| {
            let (x, y) = (i % width, i / width);
            [
                (x * 255 / width) as u8,
                (y * 255 / height) as u8,
                90,
                if opaque || i.is_multiple_of(2) { 255 } else { 120 },
            ]
        };
        (0..width * height).flat_map(pixel).collect()
    }

    #[test]
    fn files_with_a_profile_are_read_by_others() {
        let profile = [7; 133];
        for (packing, opaque) in [
            (Packing::Lossy(80), true),
            (Packing::Lossy(80), false),
            (Packing::Lossless, true),
            (Packing::Lossless, false),
        ] {
            let size = (31, 17);
            let plain = encode(&gradient(size.0, size.1, opaque), size, packing).expect("packed");
            let file = with_profile(plain.clone(), &profile, size);
            let mut decoder = WebPDecoder::new(Cursor::new(&file)).expect("a WebP file");
            assert_eq!(decoder.dimensions(), size, "{packing:?}");
            assert_eq!(decoder.icc_profile().expect("read").as_deref(), Some(&profile[..]), "{packing:?}");
            let with = DynamicImage::from_decoder(decoder).expect("pixels").into_rgba8();
            let without = image::load_from_memory(&plain).expect("pixels").into_rgba8();
            assert!(with == without, "{packing:?} {opaque}: the profile changed pixels");
        }
    }
}
