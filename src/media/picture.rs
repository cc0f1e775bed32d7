//! A file of pixels to smaller ones.

use fast_image_resize::{PixelType, Resizer, images::Image, images::ImageRef};
use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, error::ImageFormatHint,
    metadata::Orientation,
};
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    io::{BufReader, Cursor},
    path::Path,
};

use super::webp::{self, LONGEST, Packing};

/// What pictures are made like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Widths in pixels, the smallest first.
    pub(crate) widths: Vec<u32>,
    /// Of photographs: from 1 (smallest) to 100 (best).
    pub(crate) quality: u8,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Picture {
    /// Pixels, as they are shown: turned if the file says so.
    Pixels { width: u32, height: u32, variants: Vec<Variant> },
    /// It moves, or is too large to be held in memory, or has colours that could not be kept: it is shown as it is.
    AsItIs,
    /// It cannot be shown: why.
    Broken(String),
}

/// The same picture, smaller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Variant {
    pub(super) width: u32,
    /// BLAKE3 of its bytes.
    pub(super) hash: [u8; 32],
}

/// Bytes that a picture may take in memory: 64 million pixels.
const MEMORY: u64 = 256 << 20;
/// Files below this many bytes have nothing to gain.
const SMALL: usize = 8 << 10;
/// A smaller picture must be at most so many hundredths of the next larger one's bytes, or it is left out.
const WORTH: usize = 90;
/// Pixels that are packed without loss may take so many times the bytes of lossy ones before they count as a photograph.
const PHOTOGRAPH: usize = 3;

/// Whether a file can be shown, as far as its beginning tells.
pub(super) fn look(file: &Path) -> Picture {
    let dimensions = || ImageReader::new(BufReader::new(File::open(file)?)).with_guessed_format()?.into_dimensions();
    match dimensions() {
        Ok((width, height)) => Picture::Pixels { width, height, variants: Vec::new() },
        Err(error) => failed(&error),
    }
}

/// Makes pictures of a file's bytes: WebP of each width that is less than its own, and of its own.
pub(super) fn make(bytes: &[u8], settings: &Settings) -> (Picture, Vec<Vec<u8>>) {
    let read = match Read::new(bytes) {
        Ok(Some(read)) => read,
        Ok(None) => return (Picture::AsItIs, Vec::new()),
        Err(error) => return (failed(&error), Vec::new()),
    };
    let (width, height) = (read.width, read.height);
    let (mut variants, mut files) = (Vec::new(), Vec::new());
    let mut next = bytes.len();
    let wanted = if bytes.len() < SMALL { Vec::new() } else { widths(width, settings) };
    for width in wanted.into_iter().rev() {
        let Some(file) = read.packed(width, settings) else { continue };
        if file.len() * 100 > next * WORTH {
            continue;
        }
        next = file.len();
        variants.push(Variant { width, hash: *blake3::hash(&file).as_bytes() });
        files.push(file);
    }
    variants.reverse();
    files.reverse();
    (Picture::Pixels { width, height, variants }, files)
}

/// What a picture is that could not be read: broken, unless it is only of a kind that is not known here.
fn failed(error: &ImageError) -> Picture {
    match error {
        ImageError::Unsupported(unsupported) => match unsupported.format_hint() {
            ImageFormatHint::Exact(_) => Picture::AsItIs,
            _ => Picture::Broken("its first bytes are those of no picture".into()),
        },
        ImageError::Limits(_) => Picture::AsItIs,
        error => {
            let text = error.to_string();
            Picture::Broken(text.lines().next().unwrap_or_default().trim_end_matches('.').to_owned())
        }
    }
}

/// The widths below a picture's own, and its own; not one that is nearly the next.
fn widths(own: u32, settings: &Settings) -> Vec<u32> {
    let largest = settings.widths.last().copied().unwrap_or_default();
    let below = settings.widths.iter().copied().filter(|width| u64::from(*width) * 100 <= u64::from(own) * 90);
    below.chain((own <= largest).then_some(own)).collect()
}

/// A picture in memory.
struct Read {
    /// Red, green, blue and opacity of each pixel.
    pixels: Vec<u8>,
    width: u32,
    height: u32,
    /// Of its colours, if they are not those of sRGB.
    profile: Option<Vec<u8>>,
    lossy: bool,
}

impl Read {
    /// `None` if it is to be shown as it is.
    fn new(bytes: &[u8]) -> Result<Option<Self>, ImageError> {
        if moves(bytes) {
            return Ok(None);
        }
        let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
        let mut limits = Limits::default();
        limits.max_alloc = Some(MEMORY);
        reader.limits(limits);
        let format = reader.format();
        let mut decoder = reader.into_decoder()?;
        if decoder.total_bytes() > MEMORY {
            return Ok(None);
        }
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let profile = decoder.icc_profile().unwrap_or_default();
        let mut image = DynamicImage::from_decoder(decoder)?;
        image.apply_orientation(orientation);
        // What a profile says of grey or of ink is not true of red, green and blue.
        if profile.as_ref().is_some_and(|profile| profile.get(16..20) != Some(b"RGB ")) {
            return Ok(None);
        }
        let lossy = match format {
            Some(ImageFormat::Jpeg) => true,
            Some(ImageFormat::WebP) => !bytes.windows(4).take(64).any(|chunk| chunk == b"VP8L"),
            _ => false,
        };
        let image = image.into_rgba8();
        let (width, height) = image.dimensions();
        Ok(Some(Self { pixels: image.into_raw(), width, height, profile, lossy }))
    }

    /// The picture in a width, as WebP.
    fn packed(&self, width: u32, settings: &Settings) -> Option<Vec<u8>> {
        let scaled = u64::from(self.height) * u64::from(width) / u64::from(self.width.max(1));
        let height = if width == self.width { self.height } else { u32::try_from(scaled).ok()?.max(1) };
        if width.max(height) > LONGEST {
            return None;
        }
        let resized = if width == self.width { None } else { Some(self.resized(width, height)?) };
        let pixels = resized.as_ref().unwrap_or(&self.pixels);
        let size = (width, height);
        let lossy = webp::encode(pixels, size, Packing::Lossy(settings.quality))?;
        let exact = if self.lossy { None } else { webp::encode(pixels, size, Packing::Lossless) };
        let file = match exact {
            Some(exact) if exact.len() <= lossy.len().saturating_mul(PHOTOGRAPH) => exact,
            _ => lossy,
        };
        Some(match &self.profile {
            Some(profile) => webp::with_profile(file, profile, size),
            None => file,
        })
    }

    fn resized(&self, width: u32, height: u32) -> Option<Vec<u8>> {
        let from = ImageRef::new(self.width, self.height, &self.pixels, PixelType::U8x4).ok()?;
        let mut to = Image::new(width, height, PixelType::U8x4);
        Resizer::new().resize(&from, &mut to, None).ok()?;
        Some(to.into_vec())
    }
}

/// Whether a file has more than one picture: WebP with a chunk `ANIM`, PNG with `acTL`.
fn moves(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(4096)];
    let has = |chunk: &[u8; 4]| head.windows(4).any(|four| four == chunk);
    (head.starts_with(b"RIFF") && has(b"ANIM")) || (head.starts_with(b"\x89PNG") && has(b"acTL"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageBuffer, Rgb};

    const SETTINGS: Settings = Settings { widths: Vec::new(), quality: 80 };

    /// A picture of many colours, or of few as screenshots are.
    fn drawn(width: u32, height: u32, many: bool, format: ImageFormat) -> Vec<u8> {
        let pixel = |x: u32, y: u32| {
            let noise = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).wrapping_mul(2_246_822_519) >> 24;
            let few = if (x / 9 + y / 14).is_multiple_of(3) && noise > 90 { 40 } else { 250 };
            if many { Rgb([(noise / 3) as u8 + (x % 170) as u8, (y % 200) as u8, 60]) } else { Rgb([few, few, 250]) }
        };
        let mut bytes = Cursor::new(Vec::new());
        ImageBuffer::from_fn(width, height, pixel).write_to(&mut bytes, format).expect("written");
        bytes.into_inner()
    }

    fn made(bytes: &[u8]) -> (Picture, Vec<Vec<u8>>) {
        make(bytes, &Settings { widths: vec![480, 800, 1200, 1600], ..SETTINGS })
    }

    #[test]
    fn smaller_pictures_are_those_that_save_something() {
        for (width, height, many, format, widths) in [
            (2000, 1000, false, ImageFormat::Png, &[480, 800, 1200, 1600][..]),
            (1000, 700, true, ImageFormat::Jpeg, &[480, 800, 1000]),
            (1000, 700, true, ImageFormat::Png, &[480, 800, 1000]),
            // Nearly a width: one of both is enough.
            (810, 500, true, ImageFormat::Jpeg, &[480, 810]),
            (300, 300, true, ImageFormat::Png, &[300]),
            // Nothing to gain.
            (60, 40, false, ImageFormat::Png, &[]),
        ] {
            let bytes = drawn(width, height, many, format);
            let (picture, files) = made(&bytes);
            let Picture::Pixels { width: shown, height: high, variants } = picture else { panic!("{picture:?}") };
            let row = format!("{width}x{height} {format:?}, {} bytes", bytes.len());
            assert_eq!((shown, high), (width, height), "{row}");
            assert_eq!(variants.iter().map(|v| v.width).collect::<Vec<_>>(), widths, "{row}");
            let mut smaller = 0;
            for (variant, file) in variants.iter().zip(&files) {
                assert!(
                    file.len() > smaller && file.len() < bytes.len(),
                    "{row}: {} has {}",
                    variant.width,
                    file.len()
                );
                smaller = file.len();
                let read = image::load_from_memory(file).expect("WebP");
                let scaled = f64::from(height) * f64::from(variant.width) / f64::from(width);
                assert_eq!(read.width(), variant.width, "{row}");
                assert!((f64::from(read.height()) - scaled).abs() <= 1.0, "{row}: {} high", read.height());
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_broken_and_what_moves_is_as_it_is() {
        let png = drawn(90, 60, true, ImageFormat::Png);
        let mut moving = png.clone();
        // Between the signature with the header, 33 bytes, and the pixels.
        moving.splice(33..33, *b"\0\0\0\x08acTL\0\0\0\x02\0\0\0\0\0\0\0\0");
        let gif = b"GIF89a\x01\0\x01\0\0\0\0;";
        for (name, bytes, broken) in [
            ("whole", png.as_slice(), None),
            ("cut off", &png[..png.len() / 2], Some(true)),
            ("only its head", &png[..20], Some(true)),
            ("nothing", b"", Some(true)),
            ("a pointer of Git LFS", b"version https://git-lfs.github.com/spec/v1\n", Some(true)),
            ("moving", &moving, Some(false)),
            ("a kind that is not read here", gif, Some(false)),
        ] {
            let (picture, files) = made(bytes);
            match (broken, picture) {
                (None, Picture::Pixels { width: 90, height: 60, .. }) => {}
                (Some(true), Picture::Broken(why)) => {
                    assert!(!why.is_empty() && !why.contains('\n'), "{name}: {why:?}")
                }
                (Some(false), Picture::AsItIs) => assert!(files.is_empty(), "{name}"),
                (_, picture) => panic!("{name}: {picture:?}"),
            }
        }
    }

    #[test]
    fn a_camera_that_was_turned_makes_a_turned_picture() {
        let mut bytes = drawn(700, 500, true, ImageFormat::Jpeg);
        // An Exif segment with one entry: orientation 6, a quarter to the right.
        let exif = b"\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        bytes.splice(2..2, *exif);
        let (picture, _) = made(&bytes);
        let Picture::Pixels { width, height, variants } = picture else { panic!("{picture:?}") };
        assert_eq!((width, height), (500, 700));
        assert_eq!(variants.last().map(|v| v.width), Some(500));
    }
}
