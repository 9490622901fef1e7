"""The plugin's options in bcfg2.conf."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.errors import SettingsError
from bcfg2tw.settings import Settings


class OptionsTests(SynchronousTestCase):
    def settings(self, text: str) -> Settings:
        """Return the settings of a file with some lines in `[packages]`."""
        path = self.mktemp() + ".conf"
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(f"[packages]\n{text}\n")
        return Settings.from_file(path)

    def test_switches(self) -> None:
        """All boolean words count, and enabled and disabled, in any case."""
        words = {"0": False, "no": False, "Disabled": False, "1": True, "ENABLED": True, "on": True}
        for word, expected in words.items():
            settings = self.settings(f"resolver = {word}\nmetadata = {word}\nalternatives = {word}")
            values = (
                settings.packages_resolver,
                settings.packages_metadata,
                settings.packages_alternatives,
            )
            self.assertEqual(values, (expected,) * 3, word)

    def test_defaults(self) -> None:
        """Everything is resolved by default, without choices."""
        settings = self.settings("")
        self.assertEqual((settings.packages_resolver, settings.packages_metadata), (True, True))
        self.assertEqual(
            (settings.packages_alternatives, settings.packages_version), (False, "auto")
        )
        self.assertEqual(settings.packages_backends, ("Yum", "Apt", "Pac", "Pkgng"))
        self.assertEqual(settings.gpg_keypath, "/etc/pki/rpm-gpg")

    def test_yum_section(self) -> None:
        """The folder of keys has a section of its own."""
        settings = self.settings("[packages:yum]\ngpg_keypath = /keys\nuse_yum_libraries = 1")
        self.assertEqual((settings.gpg_keypath, settings.use_yum_libraries), ("/keys", True))

    def test_wrong_values(self) -> None:
        """A word that is none of these is refused with section and option."""
        for line in ("resolver = maybe", "version = 3"):
            with self.assertRaises(SettingsError) as caught:
                self.settings(line)
            self.assertIn(f"[packages] {line.partition(' ')[0]}: ", str(caught.exception))
