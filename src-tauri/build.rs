//! Tells Tauri where its things lie in this layout, and which commands exist.

include!("src/commands/names.rs");

fn main() {
    if !std::path::Path::new("ui/dist/index.html").exists() {
        // `generate_context!` would fail later with a longer story.
        println!("cargo:warning=ui/dist is missing: run `npm run build` first");
    }
    // A command that is not named here could be called by every page in every window.
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*")
        .app_manifest(tauri_build::AppManifest::new().commands(NAMES));
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo:warning={error:#}");
        std::process::exit(1);
    }
}
