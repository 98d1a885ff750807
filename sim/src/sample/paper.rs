//! Texts, and files that are not what they say.

pub(super) const TXT: &[u8] = b"Harbour Coffee Roasters\nTwo bags of Ethiopia, ground for a V60.\n";

/// What a viewer must not run.
pub(super) const SVG: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"64\" height=\"64\" \
    onload=\"document.title='ran'\"><script>document.title='ran'</script><circle cx=\"32\" cy=\"32\" r=\"30\" \
    fill=\"#e8a33d\"/></svg>";

/// What a viewer must not run.
pub(super) const HTML: &[u8] =
    b"<!doctype html><title>Invoice</title><script>document.title='ran'</script><p>Hello.";

/// The head of a Windows program, and no program behind it.
pub(super) const EXE: &[u8] = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0\xb8\0\0\0\0\0\0\0@\0\0\0\0\0\0\0\0\0\0\0\0\0\0\
    \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x80\0\0\0\x0e\x1f\xba\x0e\0\xb4\x09\xcd!\xb8\x01L\xcd!This program cannot \
    be run in DOS mode.\r\r\n$\0\0\0\0\0\0\0";

/// One page with one line.
pub(super) fn pdf() -> Vec<u8> {
    let line = "BT /F1 18 Tf 60 760 Td (Harbour Coffee Roasters) Tj ET";
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{line}\nendstream", line.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (object, number) in objects.iter().zip(1..) {
        places.push(format!("{:010} 00000 n \n", file.len()));
        file.extend(format!("{number} 0 obj\n{object}\nendobj\n").into_bytes());
    }
    let table = file.len();
    let end = format!(
        "xref\n0 6\n0000000000 65535 f \n{}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n",
        places.concat()
    );
    file.extend(end.into_bytes());
    file
}
