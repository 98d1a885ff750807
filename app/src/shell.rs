//! The document around the pages: head, style, and the script that wakes them.

use crate::{
    root::App,
    ui::{icon::Package, prefs::BEFORE_PAINT},
    words,
};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;

/// The script that fetches the lazy parts: the client's own imports it.
const PARTS: &str = "__wasm_split.______________________.js";

/// The whole document, as the server sends it. It holds no data: that is fetched once somebody is signed in.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let package = format!("/{}", options.site_pkg_dir.trim_matches('/'));
    let name = options.output_name.clone();
    let start = format!(
        "import start,{{hydrate}} from '{package}/{name}.js';\
         await start({{module_or_path:'{package}/{name}.wasm'}});hydrate();"
    );
    let style = format!("{package}/{name}.css");
    let script = format!("{package}/{name}.js");
    let wasm = format!("{package}/{name}.wasm");
    let parts = format!("{package}/{PARTS}");
    let root = Package(package.clone());
    view! {
        <!DOCTYPE html>
        <html lang="en" dir="ltr" data-package=package>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="application-name" content=words::PRODUCT/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href=style/>
                <link rel="modulepreload" href=script nonce=use_nonce()/>
                <link rel="modulepreload" href=parts nonce=use_nonce()/>
                <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
                <script nonce=use_nonce() inner_html=BEFORE_PAINT></script>
                <script type="module" nonce=use_nonce() inner_html=start></script>
                <MetaTags/>
            </head>
            <body>
                <App package=root/>
            </body>
        </html>
    }
}

/// Where the package's files are, as the document in the browser says.
pub fn package_of_page() -> Package {
    let told = document()
        .document_element()
        .and_then(|root| root.get_attribute("data-package"));
    Package(told.unwrap_or_default())
}
