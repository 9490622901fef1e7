"""sslkey.xml: private keys for certificates, made when first asked for (:ref:`cfg-10.2`)."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.dsa import DSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.dsa import generate_private_key as make_dsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as make_rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bcfg2tw.engine.documents.content import Content, as_text
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugins.cfg.created.creator_file import CreatorFile
from bcfg2tw.engine.plugins.cfg.interfaces import PathFiles
from bcfg2tw.engine.ssh_keys import KeyFailure, rsa_bits
from bcfg2tw.engine.xmlio import Element, attributes
from bcfg2tw.errors import PluginExecutionError

DEFAULT_TYPE = "rsa"
DEFAULT_BITS = "2048"
DSA_LENGTHS = (1024, 2048, 3072, 4096)


class SSLKeyFile(CreatorFile):
    """An `sslkey.xml`."""

    handler = "CfgSSLCAKeyCreator"
    category_option = "sslca_category"
    passphrase_option = "sslca_passphrase"
    product = "key"

    def make(self, entry: Element, metadata: ClientMetadata, entry_set: PathFiles) -> Content:
        """
        Make a key, keep it and return it.

        :raises Bcfg2Error: if it cannot be made
        """
        path = self.own_path(metadata, entry_set)
        key = next(self.matched(metadata).iter("Key"), None)
        options: dict[str, str] = {} if key is None else attributes(key)
        kind, bits = options.get("type", DEFAULT_TYPE), options.get("bits", DEFAULT_BITS)
        try:
            private_key = _make_key(kind, bits)
        except KeyFailure as error:
            raise PluginExecutionError(
                f"Failed to generate key {path} for {metadata.hostname}: {error}"
            ) from error
        data = private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self.keep(metadata, entry_set, data)
        return as_text(data, self._settings)


def _make_key(kind: str, bits: str) -> RSAPrivateKey | DSAPrivateKey:
    if not bits.isdecimal():
        raise KeyFailure(f"the number of bits must be a whole number, not {bits!r}")
    if kind.lower() == "rsa":
        return make_rsa(public_exponent=65537, key_size=rsa_bits(int(bits)))
    if kind.lower() != "dsa":
        raise KeyFailure(f"the type of a key is rsa or dsa, not {kind!r}")
    if int(bits) not in DSA_LENGTHS:
        raise KeyFailure(f"a DSA key has 1024, 2048, 3072 or 4096 bits, not {bits}")
    return make_dsa(int(bits))
