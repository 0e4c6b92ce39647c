//! Turns the compiled Worker into the module that workerd loads: `bindgen INPUT.wasm OUT_DIR`.
//!
//! It stands in for `wasm-bindgen-cli`, whose library it calls with the options that `worker-build`
//! gives it, so that cargo alone pins the tool to the library it must match.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(input), Some(output), None) = (arguments.next(), arguments.next(), arguments.next())
    else {
        return Err("usage: bindgen INPUT.wasm OUT_DIR".into());
    };
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(input)
        .out_name("index")
        .typescript(false)
        .reset_state_function(true)
        .force_enable_abort_handler(true)
        .module(true)?
        .remove_name_section(true)
        .generate(output)?;
    Ok(())
}
