//! Empties functions of the client that nothing calls, but that the compiler has to keep.

use std::collections::HashSet;

use walrus::{
    FunctionId, FunctionKind, LocalFunction, Module,
    ir::{self, Instr, InstrLocId, Unreachable, Visitor, dfs_in_order},
};

/// What a page does that waits for lazy parts while it wakes up (`hydrate_lazy`): ours never does, it is shown before it
/// fetches them. Each erased view holds a pointer to its own copy, so that no linker may drop them; together they are a
/// quarter of the client.
const NEVER_CALLED: &str = "hydrate_async";

/// What may follow that name: functions inside of it, and not those that are written in it, as the compiler makes one of
/// these and the equal one of a function that is called.
const INSIDE: &str = "_$u7b$$u7b$closure$u7d$$u7d$";

/// Leaves a trap in place of each such function; what only they called is dropped later, as dead code. One that is called by
/// name from elsewhere stays, whatever it is called: the compiler keeps one of equal functions, under any of their names.
/// How many were emptied.
pub fn empty(module: &mut Module) -> usize {
    let mut never: HashSet<FunctionId> = module
        .funcs
        .iter_local()
        .map(|(id, _)| id)
        .filter(|id| module.funcs.get(*id).name.as_deref().is_some_and(is_never))
        .collect();
    let elsewhere = module.funcs.iter_local();
    let elsewhere = elsewhere.filter(|(id, _)| !never.contains(id));
    let mut alive: Vec<FunctionId> = elsewhere
        .flat_map(|(_, function)| called_by(function))
        .collect();
    alive.retain(|called| never.remove(called));
    while let Some(id) = alive.pop() {
        if let FunctionKind::Local(function) = &module.funcs.get(id).kind {
            alive.extend(
                called_by(function)
                    .into_iter()
                    .filter(|id| never.remove(id)),
            );
        }
    }
    for id in &never {
        if let FunctionKind::Local(function) = &mut module.funcs.get_mut(*id).kind {
            let entry = function.entry_block();
            let trap = (Instr::Unreachable(Unreachable {}), InstrLocId::default());
            function.block_mut(entry).instrs = vec![trap];
        }
    }
    never.len()
}

/// Whether the mangled name is of the function itself or of a part that the compiler cut from it: its path ends there.
fn is_never(name: &str) -> bool {
    let Some((_, mut rest)) = name.rsplit_once(NEVER_CALLED) else {
        return false;
    };
    loop {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        match rest[digits..].strip_prefix(INSIDE) {
            Some(after) => rest = after,
            // The hash that ends a name.
            None => return digits == 2 && rest[digits..].starts_with('h'),
        }
    }
}

fn called_by(function: &LocalFunction) -> Vec<FunctionId> {
    #[derive(Default)]
    struct Calls(Vec<FunctionId>);
    impl Visitor<'_> for Calls {
        fn visit_call(&mut self, call: &ir::Call) {
            self.0.push(call.func);
        }
        fn visit_return_call(&mut self, call: &ir::ReturnCall) {
            self.0.push(call.func);
        }
    }
    let mut calls = Calls::default();
    dfs_in_order(&mut calls, function, function.entry_block());
    calls.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use walrus::FunctionBuilder;

    /// A module of functions, each with those that it calls: of the ones before it.
    fn module(functions: &[(&str, &[usize])]) -> Module {
        let mut module = Module::default();
        let mut ids = Vec::new();
        for (name, calls) in functions {
            let mut builder = FunctionBuilder::new(&mut module.types, &[], &[]);
            let mut body = builder.name((*name).to_owned()).func_body();
            body.i32_const(1).drop();
            for called in *calls {
                body.call(ids[*called]);
            }
            ids.push(builder.finish(Vec::new(), &mut module.funcs));
        }
        module
    }

    fn traps(module: &Module) -> Vec<bool> {
        let bodies = module
            .funcs
            .iter_local()
            .map(|(_, local)| &local.block(local.entry_block()).instrs);
        bodies
            .map(|body| matches!(body.as_slice(), [(Instr::Unreachable(_), _)]))
            .collect()
    }

    #[test]
    fn what_bears_the_name_and_what_was_cut_from_it_is_emptied() {
        let hash = "17h0123456789abcdefE";
        let closure = INSIDE;
        let own = format!("_ZN6tachys13hydrate_async{hash}");
        let cut = format!("_ZN6tachys13hydrate_async28{closure}{hash}");
        let deep = format!("_ZN6tachys13hydrate_async28{closure}28{closure}{hash}");
        let written_in_it = format!("_ZN6tachys13hydrate_async28{closure}4prep{hash}");
        let other = format!("_ZN6tachys7hydrate{hash}");
        let names = [own, cut, deep, written_in_it, other];
        let functions: Vec<(&str, &[usize])> = names
            .iter()
            .map(|name| (name.as_str(), [].as_slice()))
            .collect();
        let mut module = module(&functions);
        assert_eq!(empty(&mut module), 3);
        assert_eq!(traps(&module), [true, true, true, false, false]);
    }

    #[test]
    fn what_is_called_from_elsewhere_stays_with_all_that_it_calls() {
        let mut module = module(&[
            ("_ZN1a13hydrate_async17h1E", &[]),
            ("_ZN1b13hydrate_async17h2E", &[0]),
            ("_ZN1c13hydrate_async17h3E", &[]),
            ("_ZN1d13hydrate_async17h4E", &[2]),
            ("_ZN1e7hydrate17h5E", &[1]),
        ]);
        assert_eq!(empty(&mut module), 2);
        assert_eq!(traps(&module), [false, false, true, true, false]);
    }
}
