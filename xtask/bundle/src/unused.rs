//! Empties functions of the client that nothing calls, but that the compiler has to keep.

use walrus::{
    FunctionKind, Module,
    ir::{Instr, InstrLocId, Unreachable},
};

/// What a page does that waits for lazy parts while it wakes up (`hydrate_lazy`): ours never does, it is shown before it
/// fetches them. Each erased view holds a pointer to its own copy, so that no linker may drop them; together they are a
/// quarter of the client.
const NEVER_CALLED: &str = "hydrate_async";

/// Leaves a trap in place of each such function; what only they called is dropped later, as dead code. How many there were.
pub fn empty(module: &mut Module) -> usize {
    let mut emptied = 0;
    for function in module.funcs.iter_mut() {
        let never = function
            .name
            .as_ref()
            .is_some_and(|name| name.contains(NEVER_CALLED));
        if let FunctionKind::Local(local) = &mut function.kind
            && never
        {
            let entry = local.entry_block();
            let trap = (Instr::Unreachable(Unreachable {}), InstrLocId::default());
            local.block_mut(entry).instrs = vec![trap];
            emptied += 1;
        }
    }
    emptied
}

#[cfg(test)]
mod tests {
    use super::*;
    use walrus::FunctionBuilder;

    #[test]
    fn only_what_bears_the_name_is_emptied() {
        let mut module = Module::default();
        for name in ["_ZN6tachys13hydrate_async17h1E", "_ZN6tachys7hydrate17h2E"] {
            let mut builder = FunctionBuilder::new(&mut module.types, &[], &[]);
            builder
                .name(name.to_owned())
                .func_body()
                .i32_const(1)
                .drop();
            builder.finish(Vec::new(), &mut module.funcs);
        }
        assert_eq!(empty(&mut module), 1);
        let traps: Vec<bool> = module
            .funcs
            .iter_local()
            .map(|(_, local)| {
                let body = &local.block(local.entry_block()).instrs;
                matches!(body.as_slice(), [(Instr::Unreachable(_), _)])
            })
            .collect();
        assert_eq!(traps, [true, false]);
    }
}
