"""XML files below Cfg and its like: attributes of paths, and what their content is made from."""

from __future__ import annotations

import re

from bcfg2tw.engine.checks.info_lines import ENCODING, check_info_lines
from bcfg2tw.engine.checks.key_texts import check_authorized_keys
from bcfg2tw.engine.checks.vocabulary import (
    ANY_LOSS,
    BOOLEAN,
    CONDITION,
    CONDITIONS,
    MODE,
    NAME,
    NO_ELEMENT_LESS,
    NUMBER,
    TRIMMED,
    ElementRule,
    FileKind,
    Values,
    one_of,
    words,
)

_ACL_PERMS = Values(re.compile("[0-7]|[rwxX-]*"), "letters of rwx, or a digit", "permission")

INFO = FileKind(
    ("Cfg", "SSHbase", "SEModules", "TGenshi", "TCheetah", "SSLCA"),
    ("info.xml", "*/info.xml"), ("FileInfo",),
    {
        "FileInfo": ElementRule(words("Info FileInfo")),
        "Info": ElementRule(
            words("ACL"),
            attributes=words(
                "owner group mode secontext important paranoid sensitive encoding"
            ),
            values={
                "mode": MODE, "important": BOOLEAN, "paranoid": BOOLEAN, "sensitive": BOOLEAN,
                "owner": TRIMMED, "group": TRIMMED, "encoding": ENCODING,
            },
            renamed={"perms": "mode"},
        ),
        "ACL": ElementRule(
            attributes=words("type scope user group perms"),
            values={
                "type": one_of("access", "default"), "scope": one_of("user", "group", "other"),
                "perms": _ACL_PERMS,
            },
        ),
    },
    {**CONDITIONS, "Path": CONDITION},
    refused=ANY_LOSS,
)  # fmt: skip

#: At the start a line that means nothing is passed over, as it is upstream.
INFO_LINES = FileKind(
    ("Cfg", "SSHbase", "TGenshi", "TCheetah", "SSLCA"), (":info", "info", "*/:info", "*/info"),
    (), {}, refused=frozenset(), lines=check_info_lines,
)  # fmt: skip

_CREATED = words("perhost category priority lax_decryption decrypt")
_TYPES = one_of("rsa", "dsa", "ecdsa", "ed25519", any_case=True)
_PARAMETERS = ElementRule(attributes=words("type bits"), values={"bits": NUMBER, "type": _TYPES})
_CREATED_VALUES = {"perhost": BOOLEAN, "priority": NUMBER}
PRIVATE_KEY = FileKind(
    ("Cfg",), ("*/privkey.xml",), ("PrivateKey",),
    {
        "PrivateKey": ElementRule(
            words("Params Passphrase"), attributes=_CREATED, values=_CREATED_VALUES
        ),
        "Params": _PARAMETERS,
        "Passphrase": ElementRule(attributes=words("encrypted")),
    },
    CONDITIONS,
    refused=NO_ELEMENT_LESS,
)  # fmt: skip
PUBLIC_KEY = FileKind(
    ("Cfg",),
    ("*/pubkey.xml",),
    ("PublicKey",),
    {"PublicKey": ElementRule(attributes=_CREATED)},
    refused=NO_ELEMENT_LESS,
)
SSL_KEY = FileKind(
    ("Cfg", "SSLCA"), ("*/sslkey.xml", "*/key.xml"), ("KeyInfo",),
    {
        "KeyInfo": ElementRule(words("Key"), attributes=_CREATED, values=_CREATED_VALUES),
        "Key": ElementRule(
            attributes=words("type bits"),
            values={"bits": NUMBER, "type": one_of("rsa", "dsa", any_case=True)},
        ),
    },
    CONDITIONS,
    refused=NO_ELEMENT_LESS,
)  # fmt: skip
SSL_CERTIFICATE = FileKind(
    ("Cfg", "SSLCA"), ("*/sslcert.xml", "*/cert.xml"), ("CertInfo",),
    {
        "CertInfo": ElementRule(
            words("Cert subjectAltName SubjectAltName"), attributes=_CREATED,
            values=_CREATED_VALUES,
        ),
        "Cert": ElementRule(
            attributes=words(
                "key ca days append_chain C L ST O OU emailAddress c l st o ou emailaddress format"
            ),
            required=(("key",),),
            values={"days": NUMBER},
        ),
    },
    CONDITIONS,
    refused=NO_ELEMENT_LESS,
)  # fmt: skip
AUTHORIZED_KEYS = FileKind(
    ("Cfg",), ("*/authorizedkeys.xml", "*/authorized_keys.xml"), ("AuthorizedKeys",),
    {
        "AuthorizedKeys": ElementRule(
            words("Allow"), attributes=words("lax_decryption decrypt perhost category")
        ),
        "Allow": ElementRule(
            words("Option Params"), attributes=words("from host group category encrypted"),
            has_text=True,
        ),
        "Option": ElementRule(attributes=words("name value"), required=NAME),
    },
    CONDITIONS,
    whole=check_authorized_keys,
    refused=NO_ELEMENT_LESS | {"private-key"},
)  # fmt: skip
