//! A link as a QR code (ISO/IEC 18004), for a counter or a table: an image that stays sharp at any size.

use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

/// The least width and height of the image, in pixels, where nobody says otherwise.
const LEAST: u32 = 512;

/// The image as SVG, black on white, with the quiet zone of four modules around it; `None` where the
/// text is longer than a code can hold. A quarter of it may be covered or worn off (level Q).
pub fn svg(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::Q).ok()?;
    Some(code.render::<svg::Color<'_>>().min_dimensions(LEAST, LEAST).build())
}
