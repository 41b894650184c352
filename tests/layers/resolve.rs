//! Resolves the paths of a crate's source files, without test code, to the rooms and files that they name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, UseTree};

/// Segments of a module path, without a leading `crate`; the root is empty.
type Segments = Vec<String>;

/// Renames and globs are followed at most this often, so that a name bound to itself ends.
const MOST_HOPS: usize = 16;

/// A path as it is written in one file.
struct Reference {
    file: String,
    line: usize,
    module: Segments,
    path: Segments,
    is_glob: bool,
}

#[derive(Default)]
struct Module {
    file: String,
    /// What `use` items bind here: the name, and the path as written.
    names: BTreeMap<String, Segments>,
}

/// An import of another room.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrow {
    pub file: String,
    pub line: usize,
    pub from: String,
    pub to: String,
    pub path: String,
}

/// Every module of a crate, and every path that its files contain.
#[derive(Default)]
pub struct Tree {
    modules: BTreeMap<Segments, Module>,
    references: Vec<Reference>,
    /// Modules in files of their own that only tests have.
    test_modules: BTreeSet<Segments>,
}

impl Tree {
    /// Reads every Rust file below `root`, which contains `src`.
    pub fn read(root: &Path) -> Self {
        let mut files = Vec::new();
        let mut folders = vec![root.join("src")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let name = path
                        .strip_prefix(root)
                        .unwrap()
                        .to_str()
                        .unwrap()
                        .to_owned();
                    files.push((name, std::fs::read_to_string(&path).unwrap()));
                }
            }
        }
        files.sort();
        Self::of(
            files
                .iter()
                .map(|(name, text)| (name.as_str(), text.as_str())),
        )
    }

    /// Parses files, each a path that begins with `src/` and its text.
    pub fn of<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut tree = Self::default();
        for (name, text) in files {
            let mut module: Segments = name
                .trim_start_matches("src/")
                .trim_end_matches(".rs")
                .split('/')
                .map(str::to_owned)
                .collect();
            if module.iter().any(|part| part == "tests") {
                continue;
            }
            let is_root = module == ["lib"] || module == ["main"];
            if is_root || module.last().is_some_and(|last| last == "mod") {
                module.pop();
            }
            let parsed = syn::parse_file(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            let mut reader = Reader {
                tree: &mut tree,
                file: name,
                module,
            };
            reader.enter();
            reader.visit_file(&parsed);
        }
        let Self {
            modules,
            references,
            test_modules,
        } = &mut tree;
        let is_test = |module: &Segments| test_modules.iter().any(|test| module.starts_with(test));
        modules.retain(|module, _| !is_test(module));
        references.retain(|reference| !is_test(&reference.module));
        tree
    }

    /// Returns the rooms that have files.
    pub fn rooms(&self) -> BTreeSet<&str> {
        self.modules
            .keys()
            .filter_map(|module| module.first())
            .map(String::as_str)
            .collect()
    }

    /// Returns each import of another room, by file and line.
    pub fn arrows(&self) -> Vec<Arrow> {
        let mut arrows: Vec<_> = self
            .references
            .iter()
            .filter_map(|reference| {
                let from = reference.module.first()?;
                let target = self.absolute(&reference.module, &reference.path, 0)?;
                let to = self.room(&target)?;
                (*from != to).then(|| Arrow {
                    file: reference.file.clone(),
                    line: reference.line,
                    from: from.clone(),
                    to: to.clone(),
                    path: reference.path.join("::"),
                })
            })
            .collect();
        arrows.sort();
        arrows.dedup();
        arrows
    }

    /// Returns which files each file imports from, by paths that begin with `crate::` or `super::`, or with a name for such a
    /// path. A file that only re-exports a name is passed over to the one that defines it. Paths down from a module to its own
    /// children are no imports: they are the folder's inside.
    pub fn file_imports(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut imports = BTreeMap::<_, BTreeSet<_>>::new();
        for reference in &self.references {
            if !self.goes_out(&reference.module, &reference.path, 0) {
                continue;
            }
            let Some(target) = self.absolute(&reference.module, &reference.path, 0) else {
                continue;
            };
            if self.modules.contains_key(&target) && !reference.is_glob {
                continue; // The names used below it are references of their own.
            }
            if let Some(file) = self.file(&target, 0).filter(|file| *file != reference.file) {
                imports
                    .entry(reference.file.as_str())
                    .or_default()
                    .insert(file);
            }
        }
        imports
    }

    /// Returns true where a path begins with `crate` or `super`, or with a name that is bound to such a path.
    fn goes_out(&self, module: &[String], path: &[String], hops: usize) -> bool {
        match path.first().map(String::as_str) {
            Some("crate" | "super") => true,
            Some(first) if hops < MOST_HOPS => {
                let names = self.modules.get(module).map(|module| &module.names);
                let bound = names.and_then(|names| names.get(first));
                bound.is_some_and(|bound| self.goes_out(module, bound, hops + 1))
            }
            _ => false,
        }
    }

    /// Returns the room of an absolute path: its first module, or for a name that `lib.rs` re-exports, the module that it comes from.
    fn room(&self, target: &[String]) -> Option<String> {
        let first = target.first()?;
        if self.modules.contains_key(std::slice::from_ref(first)) {
            return Some(first.clone());
        }
        let re_export = self.modules.get(&Vec::new())?.names.get(first)?;
        self.absolute(&[], re_export, 0)?.first().cloned()
    }

    /// Returns a path as seen from the crate's root, or nothing where it names another crate or a local item.
    fn absolute(&self, module: &[String], path: &[String], hops: usize) -> Option<Segments> {
        let (first, rest) = path.split_first()?;
        let base = match first.as_str() {
            _ if hops > MOST_HOPS => return None,
            "crate" => return Some(rest.to_vec()),
            "self" => module.to_vec(),
            "super" => module.split_last()?.1.to_vec(),
            _ => {
                let bound = self.modules.get(module)?.names.get(first);
                let bound = bound.and_then(|bound| self.absolute(module, bound, hops + 1));
                bound.or_else(|| {
                    let child = [module, std::slice::from_ref(first)].concat();
                    self.modules.contains_key(&child).then_some(child)
                })?
            }
        };
        match rest.first().map(String::as_str) {
            Some("super") => self.absolute(&base, rest, hops + 1),
            _ => Some([base.as_slice(), rest].concat()),
        }
    }

    /// Returns the file that defines what an absolute path names, re-exports followed.
    fn file(&self, target: &[String], hops: usize) -> Option<&str> {
        let mut module = Segments::new();
        for (index, name) in target.iter().enumerate() {
            let child = [module.as_slice(), std::slice::from_ref(name)].concat();
            if self.modules.contains_key(&child) {
                module = child;
                continue;
            }
            let bound = self.modules.get(&module)?.names.get(name);
            let bound = bound.and_then(|bound| self.absolute(&module, bound, 0));
            if let Some(bound) = bound.filter(|_| hops < MOST_HOPS) {
                return self.file(&[&bound, target.get(index + 1..)?].concat(), hops + 1);
            }
            break;
        }
        self.modules.get(&module).map(|module| module.file.as_str())
    }
}

/// Collects the modules, names and paths of one file.
struct Reader<'a> {
    tree: &'a mut Tree,
    file: &'a str,
    module: Segments,
}

impl Reader<'_> {
    fn enter(&mut self) -> &mut Module {
        let module = self.tree.modules.entry(self.module.clone()).or_default();
        self.file.clone_into(&mut module.file);
        module
    }

    fn refer(&mut self, path: Segments, span: Span, is_glob: bool) {
        let (file, module) = (self.file.to_owned(), self.module.clone());
        self.tree.references.push(Reference {
            file,
            line: span.start().line,
            module,
            path,
            is_glob,
        });
    }

    fn import(&mut self, prefix: &[String], tree: &UseTree) {
        let with = |name: String| [prefix, &[name]].concat();
        let (path, name, span) = match tree {
            UseTree::Path(path) => return self.import(&with(path.ident.to_string()), &path.tree),
            UseTree::Group(group) => {
                return group
                    .items
                    .iter()
                    .for_each(|item| self.import(prefix, item));
            }
            UseTree::Glob(glob) => {
                return self.refer(prefix.to_vec(), glob.star_token.spans[0], true);
            }
            UseTree::Name(name) if name.ident == "self" => (
                prefix.to_vec(),
                prefix.last().cloned().unwrap_or_default(),
                name.ident.span(),
            ),
            UseTree::Name(name) => (
                with(name.ident.to_string()),
                name.ident.to_string(),
                name.ident.span(),
            ),
            UseTree::Rename(rename) if rename.ident == "self" => (
                prefix.to_vec(),
                rename.rename.to_string(),
                rename.ident.span(),
            ),
            UseTree::Rename(rename) => (
                with(rename.ident.to_string()),
                rename.rename.to_string(),
                rename.ident.span(),
            ),
        };
        self.enter().names.insert(name, path.clone());
        self.refer(path, span, false);
    }

    /// Finds paths in tokens that are not parsed: the arguments of macros and attributes. `$crate` is not one.
    fn scan(&mut self, prefix: &[String], tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let is = |index: usize, wanted: char| matches!(tokens.get(index), Some(TokenTree::Punct(punct)) if punct.as_char() == wanted);
        let mut index = 0;
        while let Some(token) = tokens.get(index) {
            index += 1;
            match token {
                TokenTree::Group(group) => self.scan(&[], group.stream()),
                TokenTree::Ident(ident)
                    if index < 2
                        || !(is(index - 2, '$')
                            || is(index - 2, '.')
                            || is(index - 2, ':') && index > 2 && is(index - 3, ':')) =>
                {
                    let mut path = [prefix, &[ident.to_string()]].concat();
                    while is(index, ':') && is(index + 1, ':') {
                        match tokens.get(index + 2) {
                            Some(TokenTree::Ident(next)) => path.push(next.to_string()),
                            Some(TokenTree::Group(group))
                                if group.delimiter() == Delimiter::Brace =>
                            {
                                self.scan(&std::mem::take(&mut path), group.stream());
                            }
                            _ => break,
                        }
                        index += 3;
                    }
                    if path.len() > 1 {
                        self.refer(path, ident.span(), false);
                    }
                }
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_for_tests(attributes(item)) {
            return visit::visit_item(self, item);
        }
        if let Item::Mod(module) = item
            && module.content.is_none()
        {
            let path = [self.module.as_slice(), &[module.ident.to_string()]].concat();
            self.tree.test_modules.insert(path);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        if !is_for_tests(&function.attrs) {
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if module.content.is_some() {
            self.module.push(module.ident.to_string());
            self.enter();
            visit::visit_item_mod(self, module);
            self.module.pop();
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if item.leading_colon.is_none() {
            self.import(&[], &item.tree);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if let Some(first) = path
            .segments
            .first()
            .filter(|_| path.leading_colon.is_none() && path.segments.len() > 1)
        {
            let segments = path
                .segments
                .iter()
                .map(|segment| segment.ident.to_string())
                .collect();
            self.refer(segments, first.ident.span(), false);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.visit_path(&call.path);
        self.scan(&[], call.tokens.clone());
    }

    fn visit_meta_list(&mut self, list: &'ast syn::MetaList) {
        self.scan(&[], list.tokens.clone());
    }

    /// Passes over `pub(in path)`: it names a module above, and imports nothing.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}
}

/// Returns true for `#[cfg(test)]`.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Path>()
                .is_ok_and(|condition| condition.is_ident("test"))
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(syn::ItemConst { attrs, .. })
        | Item::Enum(syn::ItemEnum { attrs, .. })
        | Item::Fn(syn::ItemFn { attrs, .. })
        | Item::Impl(syn::ItemImpl { attrs, .. })
        | Item::Macro(syn::ItemMacro { attrs, .. })
        | Item::Mod(syn::ItemMod { attrs, .. })
        | Item::Static(syn::ItemStatic { attrs, .. })
        | Item::Struct(syn::ItemStruct { attrs, .. })
        | Item::Trait(syn::ItemTrait { attrs, .. })
        | Item::Type(syn::ItemType { attrs, .. })
        | Item::Use(syn::ItemUse { attrs, .. }) => attrs,
        _ => &[],
    }
}
