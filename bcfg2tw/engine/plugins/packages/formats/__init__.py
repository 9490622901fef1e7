"""The files of apt, yum, pacman and pkgng repositories, their checks and versions."""
