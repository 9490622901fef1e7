"""A site of old with what stands in the way of a move: files, and what is found in them."""

from __future__ import annotations

INFO = '<FileInfo><Info owner="root" group="root" mode="0644"/></FileInfo>\n'

CONFIG = """\
[server]
repository = {repository}
plugins = Bundler,Cfg,GroupPatterns,Metadata,Probes,Properties,Rules,TemplateHelper,TGenshi,Svn2,\
Statistics,Reporting,motd.Motd,Local,Bundlr,gone.Gone
filemonitor = gamin
fam_blocking = true
pidfile = /var/run/bcfg2-server.pid
backend = cherrypy
[communication]
password = tea ;at five
protocol = xmlrpc/tlsv1
certificate = {certificate}
key = {key}
[mdata]
perms = 0644
owner = 100%%
important = maybe
[packages]
resolver = 0
magic_groups = yes
[loging]
debug = yes
[reporting]
transport = RedisTransport
[cfg]
handlers = CfgPlaintextGenerator, CfgShout, whisper.CfgWhisper, CfgGenshiGenerator,
 CfgCheetahGenerator, CfgJinja2Generator, CfgInfoXML, CfgLegacyInfo, CfgCatFilter
"""

#: Names of findings in bcfg2.conf, and their lines.
IN_CONFIG = (
    ("old-plugin", 3), ("dropped-plugin", 3), ("own-plugin", 3), ("no-plugin", 3),
    ("reports-collector", 3), ("other-meaning", 4), ("ignored-option", 5), ("other-meaning", 6),
    ("other-meaning", 7), ("inline-comment", 9), ("other-meaning", 10), ("other-meaning", 14),
    ("percent-sign", 15), ("refused-value", 16), ("other-meaning", 18), ("other-meaning", 19),
    ("certificate", 12), ("unread-line", 21), ("refused-value", 23), ("own-handler", 25),
)  # fmt: skip

FILES = {
    "Metadata/clients.xml": """\
<Clients>
  <Client name="web1.example.com" profile="basic"/>
  <Client name="old box" profile="basic"/>
  <Client name="web*" profile="basic"/>
</Clients>
""",
    "Metadata/groups.xml": """\
<Groups>
  <Group name="basic" profile="true" public="true" default="true">
    <Group name="web"/>
    <Bundle name="site"/>
  </Group>
  <Group name="web"/>
  <Group name="two words"/>
</Groups>
""",
    "Bundler/site.xml": """\
<Bundle xmlns:py="http://genshi.edgewall.org/">
  <?python
  names = metadata.Probes.keys()
  names.sort()
  ?>
  <Path name="/etc/motd" py:if="metadata.Probes.has_key('motd')"/>
</Bundle>
""",
    "Cfg/etc/motd/motd.genshi": """\
{% python
def half(number):
    return number / 2
%}\\
{% if filter(None, metadata.groups) %}\\
Hello ${metadata.hostname}
{% end %}
""",
    "Cfg/etc/motd/:info": "mode: 0600\n",
    "Cfg/etc/hosts/hosts": "127.0.0.1 localhost\n",
    "Cfg/etc/hosts/hosts.cat": "+10.0.0.1 gateway\n",
    "Cfg/etc/hosts/hosts.G_web": "nobody\n",
    "Cfg/etc/hosts/info.xml": """\
<FileInfo>
  <Info mode="0644"/>
  <Group name="web"><Info mode="0640"/></Group>
</FileInfo>
""",
    "Cfg/etc/app/app.cheetah": "#if $metadata.Probes.has_key('x')\n#import ConfigParser\n#end if\n",
    "Cfg/etc/app/info.xml": INFO,
    "Cfg/etc/new/new.jinja2": "{% for name in metadata.Probes.iterkeys() %}{% endfor %}\n",
    "Cfg/etc/new/info.xml": INFO,
    "TGenshi/etc/old/template.txt": "#if metadata.Probes.has_key('x')\n#end\n",
    "TemplateHelper/shelf.py": """\
import string
import hashlib
__export__ = ["digest", "order", "lines"]


def digest(metadata):
    return hashlib.md5(metadata.hostname).hexdigest()


def order(names):
    names.sort(lambda first, second: cmp(first, second))
    return string.join(names, ",")


def lines():
    import subprocess
    return subprocess.check_output(["date"]).split("\\n")


def mode():
    return unicode(len(map(str, [1])))
""",
    "TemplateHelper/ancient.py": """\
__export__ = ["say"]

def say(text):
    try:
        print text
    except IOError, error:
        raise ValueError, "no"
    return 0644
""",
    "Probes/first": "#!/usr/bin/env python2\nprint 'this runs on clients'\n",
    "GroupPatterns/config.xml": "<GroupPatterns>\n",
}

#: Names of findings, files of the repository and lines.
IN_FILES = (
    ("client-name", "Metadata/clients.xml", 3),
    ("client-name", "Metadata/clients.xml", 4),
    ("state-in-files", "Metadata/clients.xml", None),
    ("group-name", "Metadata/groups.xml", 7),
    ("python2-code", "Bundler/site.xml", 4),
    ("python2-code", "Bundler/site.xml", 6),
    ("python2-meaning", "Cfg/etc/motd/motd.genshi", 3),
    ("python2-meaning", "Cfg/etc/motd/motd.genshi", 5),
    ("old-info-file", "Cfg/etc/motd/:info", None),
    ("cfg-filter", "Cfg/etc/hosts/hosts.cat", None),
    ("unread-name", "Cfg/etc/hosts/hosts.G_web", None),
    ("several-infos", "Cfg/etc/hosts/info.xml", 3),
    ("python2-code", "Cfg/etc/app/app.cheetah", 1),
    ("python2-code", "Cfg/etc/app/app.cheetah", 2),
    ("python2-code", "Cfg/etc/new/new.jinja2", 1),
    ("python2-code", "TGenshi/etc/old/template.txt", 1),
    ("python2-code", "TemplateHelper/shelf.py", 7),
    ("python2-code", "TemplateHelper/shelf.py", 11),
    ("python2-code", "TemplateHelper/shelf.py", 12),
    ("python2-code", "TemplateHelper/shelf.py", 17),
    ("python2-code", "TemplateHelper/shelf.py", 21),
    ("python2-code", "TemplateHelper/ancient.py", 5),
    ("python2-code", "TemplateHelper/ancient.py", 6),
    ("python2-code", "TemplateHelper/ancient.py", 7),
    ("python2-code", "TemplateHelper/ancient.py", 8),
    ("refused-file", "GroupPatterns/config.xml", 2),
    ("unreadable", "Properties/secret.xml", None),
    ("unwritable", "Metadata", None),
    ("checkout", ".svn", None),
)

#: Modules of the site's own plugins.
MODULES = {
    "motd.py": """\
import Bcfg2.Server.Plugin
import urllib2, ConfigParser

class Motd(Bcfg2.Server.Plugin.Plugin):
    __metaclass__ = type

    def names(self, shelf):
        return [xrange(3), shelf.has_key(1)]
""",
    "Bcfg2/__init__.py": "",
    "Bcfg2/Server/__init__.py": "",
    "Bcfg2/Server/Plugins/__init__.py": "",
    "Bcfg2/Server/Plugins/Local/__init__.py": "import shelf\n\nclass Local(object):\n    pass\n",
    "Bcfg2/Server/Plugins/Local/shelf.py": "jar = os.getcwdu()\nprint jar\n",
    "Bcfg2/Server/Plugins/Cfg/__init__.py": "",
    "Bcfg2/Server/Plugins/Cfg/CfgShout.py": """\
from Bcfg2.Server.Plugins.Cfg import CfgGenerator
import ConfigParser, urllib2

class CfgShout(CfgGenerator):
    __extensions__ = ["shout"]

    def get_data(self, entry, metadata):
        if metadata.Probes.has_key("loud"):
            print "louder"
        return unicode(self.data)
""",
    "Bcfg2/Server/Plugins/Cfg/CfgUnnamed.py": "print 'nobody asks for it'\n",
    "whisper.py": """\
import Bcfg2.Server.Plugins.Cfg

class CfgWhisper(Bcfg2.Server.Plugins.Cfg.CfgFilter):
    def modify_data(self, entry, metadata, data):
        return data.lower() if entry.attrib.has_key("low") else data
""",
}

IN_MODULES = (
    ("python2-code", "motd.py", 2),
    ("python2-meaning", "motd.py", 4),
    ("python2-code", "motd.py", 8),
    ("python2-code", "Bcfg2/Server/Plugins/Local/__init__.py", 1),
    ("python2-code", "Bcfg2/Server/Plugins/Local/shelf.py", 1),
    ("python2-code", "Bcfg2/Server/Plugins/Local/shelf.py", 2),
    ("python2-code", "Bcfg2/Server/Plugins/Cfg/CfgShout.py", 2),
    ("python2-code", "Bcfg2/Server/Plugins/Cfg/CfgShout.py", 8),
    ("python2-code", "Bcfg2/Server/Plugins/Cfg/CfgShout.py", 9),
    ("python2-code", "whisper.py", 5),
)

#: Files of the machine.
MACHINE = {
    "etc/init.d/bcfg2-server": "#!/bin/sh\n",
    "lib/systemd/system/bcfg2-report-collector.service": "[Service]\n",
    "etc/cron.d/bcfg2": "# bcfg2-admin\n5 4 * * * root bcfg2-admin xcmd clear_statistics\n",
    "etc/apache2/conf.d/reports.conf": "WSGIScriptAlias /bcfg2 /usr/share/bcfg2/reports.wsgi\n",
}

IN_MACHINE = (
    ("old-service", "etc/init.d/bcfg2-server", None),
    ("unneeded-service", "lib/systemd/system/bcfg2-report-collector.service", None),
    ("old-command", "etc/cron.d/bcfg2", 2),
    ("unneeded-service", "etc/apache2/conf.d/reports.conf", None),
)
