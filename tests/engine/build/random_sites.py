"""Sites that are made up by chance, of all that decides how entries are bound."""

from __future__ import annotations

from random import Random

from tests.builders import Contents

CLIENTS = ("a.example", "b.example", "c.example", "d.example", "e.example")
GROUPS = ("g0", "g1", "g2", "g3")
BUNDLES = ("b0", "b1", "b2", "b3")
PATHS = tuple(f"/etc/p{number}" for number in range(7))
OTHERS = tuple(
    f"<{tag} name='{tag.lower()}{number}'/>"
    for tag in ("Package", "Service")
    for number in range(3)
)
TEXTS = (
    "",
    "plain\n",
    "a < b && 'c' \"d\"\r\n",
    "\u00e4\u20ac\U0001f600 ]]>\n",
    "long <line>\n" * 80,
)
CODE = "${metadata.hostname} {% for g in sorted(metadata.groups) %}<${g}>\n{% end %}"


def _condition(random: Random, inner: str) -> str:
    """Return what stands in a condition, or in two, or in none."""
    for _ in range(random.choice((0, 0, 1, 1, 2))):
        negate = random.choice(("", " negate='true'"))
        if random.random() < 0.7:
            inner = f"<Group name='{random.choice(GROUPS)}'{negate}>{inner}</Group>"
        else:
            inner = f"<Client name='{random.choice(CLIENTS)}'{negate}>{inner}</Client>"
    return inner


def bundle(random: Random, name: str) -> str:
    """Return a bundle of a few entries."""
    entries = [f"<Path name='{path}'/>" for path in random.sample(PATHS, 3)]
    entries += random.sample(OTHERS, 2)
    entries += random.sample(
        (
            f"<BoundPath name='/bound/{name}'><ACL name='z'/><ACL name='a'/></BoundPath>",
            f"<RequiredBundle name='{random.choice(BUNDLES)}'/>",
            "<Path glob='/etc/p[0-2]'/>",
            f"<Package name='other' altsrc='package{random.randrange(3)}'/>",
            "<Service name='service0' note='of the entry'/>",
            "<!-- a comment -->",
            "<BoundService name='bound'>text</BoundService>",
        ),
        random.randrange(3),
    )
    random.shuffle(entries)
    space = random.choice(("", "\n  "))
    inner = space.join(_condition(random, entry) for entry in entries)
    independent = random.choice(("", "", " independent='true'"))
    if random.random() < 0.2:
        loop = "<BoundService py:for='g in sorted(metadata.groups)' name='${g}'/>"
        return f"<Bundle xmlns:py='http://genshi.edgewall.org/'{independent}>{loop}{inner}</Bundle>"
    return f"<Bundle{independent}>{space}{inner}{space}</Bundle>"


def rules(random: Random) -> str:
    """Return definitions of most of what bundles hold, some of them more than once."""
    definitions = []
    for other in random.sample(OTHERS, 5) + random.choices(OTHERS, k=2):
        start = other.removesuffix("/>")
        version = random.randrange(3)
        children = random.choice(("/>", "/>", f"><Instance arch='{version}'/></Package>"))
        if not other.startswith("<Package"):
            children = "/>"
        definitions.append(_condition(random, f"{start} version='{version}' status='on'{children}"))
    if random.random() < 0.3:
        definitions.append(f"<Path name='{random.choice(PATHS)}' type='directory'/>")
    return f"<Rules priority='{random.randrange(3)}'>{''.join(definitions)}</Rules>"


def info(random: Random) -> str:
    """Return an info.xml that says something of most clients."""
    parts = [
        _condition(random, f"<Info owner='{random.randrange(3)}' mode='06{number}0'/>")
        for number in range(random.randrange(1, 3))
    ]
    if random.random() < 0.2:
        parts.append("<Info><ACL name='b'/><ACL name='a'/></Info>")
    return f"<FileInfo>{''.join(parts)}<Info/></FileInfo>"


def files(random: Random, path: str) -> dict[str, str]:
    """Return the files of a path."""
    folder, base = f"Cfg{path}", path.rpartition("/")[2]
    suffixes = ["", f".H_{random.choice(CLIENTS)}"]
    suffixes += [f".G{random.randrange(2)}0_{group}" for group in random.sample(GROUPS, 2)]
    contents = {
        f"{folder}/{base}{suffix}": random.choice(TEXTS)
        for suffix in random.sample(suffixes, random.randrange(1, 4))
    }
    if random.random() < 0.25:
        contents[f"{folder}/{base}.genshi"] = CODE
    if random.random() < 0.4:
        contents[f"{folder}/info.xml"] = info(random)
    return contents


def metadata(random: Random) -> dict[str, str]:
    """Return who is in which group, and has which bundles."""
    profiles = []
    for client in CLIENTS:
        inner = [f"<Group name='{group}'/>" for group in random.sample(GROUPS, random.randrange(4))]
        inner += [f"<Bundle name='{name}'/>" for name in random.sample(BUNDLES, 2)]
        profiles.append(
            f"<Group name='of-{client}' profile='true' public='true'>{''.join(inner)}</Group>"
        )
    clients = "".join(f"<Client name='{name}' profile='of-{name}'/>" for name in CLIENTS)
    return {
        "Metadata/groups.xml": f"<Groups>{''.join(profiles)}</Groups>",
        "Metadata/clients.xml": f"<Clients>{clients}</Clients>",
    }


def site(random: Random) -> Contents:
    """Return the files of a site."""
    contents = metadata(random)
    for name in BUNDLES:
        contents[f"Bundler/{name}.xml"] = bundle(random, name)
    for path in PATHS:
        contents |= files(random, path)
    return {**contents, "Rules/one.xml": rules(random), "Rules/two.xml": rules(random)}


def changed(random: Random) -> Contents:
    """Return files that are to be others."""
    kind = random.randrange(4)
    if kind == 0:
        name = random.choice(BUNDLES)
        return {f"Bundler/{name}.xml": bundle(random, name)}
    if kind == 1:
        return {f"Rules/{random.choice(('one', 'two'))}.xml": rules(random)}
    if kind == 2:
        return {"Metadata/groups.xml": metadata(random)["Metadata/groups.xml"]}
    return files(random, random.choice(PATHS))
