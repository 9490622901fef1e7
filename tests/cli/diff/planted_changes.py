"""
Changes of the repository of the conformance case `site-school`, and what differs by each.

Each is a file, a text in it (empty: all of it), what is there instead (None: the file is gone), and
what is told: kind, entry, aspects, and the clients by the beginnings of their names.
"""

from __future__ import annotations

from collections.abc import Sequence

#: All clients but the file server.
PCS = "p1 p2 spare t1 t2"
ALL = f"fs {PCS}"

PLANTED: Sequence[tuple[str, str, str | None, Sequence[str]]] = (
    ("Bundler/samba.xml", '<Service name="smbd"/>', "", ["entry-removed Service:smbd (fs)"]),
    (
        "Bundler/base.xml",
        '<Service name="ntp"/>',
        '<Service name="ntp"/><Service name="cron"/>',
        [f"entry-added Service:cron ({ALL})"],
    ),
    (
        "Bundler/desktop.xml",
        '<Path name="/etc/proxy"/>',
        '<Path name="/etc/exports"/>',
        [f"entry-added Path:/etc/exports ({PCS})", f"entry-removed Path:/etc/proxy ({PCS})"],
    ),
    (
        "Bundler/marks.xml",
        '<Package name="marks"/>',
        '<Package name="marks2"/>',
        ["entry-added Package:marks2 (t1 t2)", "entry-removed Package:marks (t1 t2)"],
    ),
    (
        "Bundler/base.xml",
        'negate="true"',
        'negate="false"',
        [
            "entry-added Package:systemd-timesyncd (fs)",
            f"entry-removed Package:systemd-timesyncd ({PCS})",
        ],
    ),
    ("Bundler/base.xml", "range(2 if", "range(3 if", ["entry-added Action:note-2 (fs)"]),
    (
        "Bundler/base.xml",
        'timing="post"',
        'timing="pre"',
        [f"entry-changed Action:note-0 timing ({ALL})", "entry-changed Action:note-1 timing (fs)"],
    ),
    (
        "Bundler/base.xml",
        "/bin/true",
        "/bin/false",
        [
            f"entry-changed Action:note-0 command ({ALL})",
            "entry-changed Action:note-1 command (fs)",
        ],
    ),
    ("Bundler/base.xml", '<Service name="ntp"/>', '<!-- gone --><Service name="ntp"/>', []),
    (
        "Bundler/projector.xml",
        "<Bundle>",
        '<Bundle independent="true">',
        ["structure-changed Independent:projector kind (p1 t1)"],
    ),
    (
        "Bundler/projector.xml",
        "/dev/projector",
        "/dev/beamer",
        ["entry-added Path:/dev/beamer (p1 t1)", "entry-removed Path:/dev/projector (p1 t1)"],
    ),
    ("Bundler/extra.xml", "", '<Bundle><Path name="/etc/extra"/></Bundle>', []),
    (
        "Bundler/samba.xml",
        '<Path name="/srv/share"/>',
        '<BoundPath name="/srv/share" type="directory" owner="root" group="teachers" mode="2770"/>',
        [],
    ),
    (
        "Bundler/samba.xml",
        '<Path name="/srv/share"/>',
        '<BoundPath name="/srv/share" type="directory" owner="root" group="root" mode="2770"/>',
        ["entry-changed Path:/srv/share group (fs)"],
    ),
    (
        "Bundler/samba.xml",
        '<Path name="/srv/share"/>',
        '<BoundPath name="/srv/share" type="directory">'
        '<ACL type="user" user="a" perms="rwx"/></BoundPath>',
        ["entry-changed Path:/srv/share group mode owner children (fs)"],
    ),
    (
        "Bundler/ssh.xml",
        '<Path name="/etc/ssh/ssh_known_hosts"/>',
        "",
        [f"entry-removed Path:/etc/ssh/ssh_known_hosts ({ALL})"],
    ),
    (
        "Bundler/ssh.xml",
        "<Bundle>",
        '<Bundle><Path name="/etc/ssh/ssh_host_rsa_key"/>',
        [f"entry-added Path:/etc/ssh/ssh_host_rsa_key ({ALL})"],
    ),
    ("Bundler/base.xml", '<Package name="ntp"/>\n', "", [f"entry-removed Package:ntp ({ALL})"]),
    (
        "Metadata/groups.xml",
        '<Bundle name="desktop"/><Bundle name="marks"/>',
        '<Bundle name="marks"/>',
        [
            "entry-removed Package:desktop (t1 t2)",
            "entry-removed Path:/etc/proxy (t1 t2)",
            "entry-removed Path:/export/pupil (t1 t2)",
            "structure-removed Bundle:desktop (t1 t2)",
        ],
    ),
    (
        "Metadata/groups.xml",
        '<Bundle name="samba"/>',
        '<Bundle name="samba"/><Bundle name="projector"/>',
        ["entry-added Path:/dev/projector (fs)", "structure-added Bundle:projector (fs)"],
    ),
    (
        "Metadata/groups.xml",
        '<Client name="p1.school.invalid"><Group name="room-1"/></Client>',
        "",
        ["entry-removed Path:/dev/projector (p1)", "structure-removed Bundle:projector (p1)"],
    ),
    (
        "Metadata/groups.xml",
        '<Group name="room-2"/></Client>',
        '<Group name="room-1"/></Client>',
        ["entry-added Path:/dev/projector (p2)", "structure-added Bundle:projector (p2)"],
    ),
    (
        "Metadata/groups.xml",
        '<Group name="amd64"/>\n',
        '<Group name="amd64"/>\n  <Group name="room-9"/>\n',
        [],
    ),
    (
        "Metadata/groups.xml",
        '<Group name="linux"/><Group name="bullseye"/>',
        '<Group name="linux"/><Group name="bookworm"/>',
        ["entry-added Package:systemd-timesyncd (fs)"],
    ),
    (
        "Metadata/groups.xml",
        '<Bundle name="base"/><Bundle name="ssh"/>',
        '<Bundle name="ssh"/><Bundle name="base"/>',
        [],
    ),
    (
        "Metadata/groups.xml",
        '<Bundle name="base"/><Bundle name="ssh"/>',
        '<Bundle name="base"/>',
        [
            f"entry-removed Path:/etc/ssh/ssh_host_rsa_key.pub ({ALL})",
            f"entry-removed Path:/etc/ssh/ssh_known_hosts ({ALL})",
            f"entry-removed Path:/var/adm/.ssh/authorized_keys ({ALL})",
            f"structure-removed Bundle:ssh ({ALL})",
        ],
    ),
    (
        "Metadata/clients.xml",
        'profile="pupil-pc" address="127.0.0.7"',
        'profile="teacher-pc" address="127.0.0.7"',
        [
            "entry-added Package:marks (spare)",
            "entry-added Path:/etc/marks.conf (spare)",
            "entry-changed Path:/etc/motd content (spare)",
            "entry-changed Path:/etc/proxy content (spare)",
            "entry-changed Path:/export/pupil group mode owner type (spare)",
            "structure-added Bundle:marks (spare)",
        ],
    ),
    (
        "Metadata/clients.xml",
        '  <Client name="spare.school.invalid" profile="pupil-pc" address="127.0.0.7"/>\n',
        "",
        [
            "client-removed Client: (spare)",
            "entry-changed Path:/etc/hosts content (fs p1 p2 t1 t2)",
            "entry-changed Path:/etc/ssh/ssh_known_hosts content (fs p1 p2 t1 t2)",
        ],
    ),
    (
        "Metadata/clients.xml",
        "</Clients>",
        '<Client name="new.school.invalid" profile="pupil-pc"/></Clients>',
        ["client-added Client: (new)"],
    ),
    (
        "Metadata/clients.xml",
        "127.0.0.5",
        "127.0.0.55",
        [
            f"entry-changed Path:/etc/hosts content ({ALL})",
            f"entry-changed Path:/etc/ssh/ssh_known_hosts content ({ALL})",
        ],
    ),
    (
        "Metadata/clients.xml",
        '<Alias name="files.school.invalid"/>',
        "",
        [
            f"entry-changed Path:/etc/hosts content ({ALL})",
            f"entry-changed Path:/etc/ssh/ssh_known_hosts content ({ALL})",
        ],
    ),
    ("Metadata/clients.xml", ' version="1.4"', "", []),
    (
        "Rules/services.xml",
        'type="deb" status="on"/>',
        'type="deb" status="off"/>',
        ["entry-changed Service:ntp status (fs p1 spare t1 t2)"],
    ),
    (
        "Rules/services.xml",
        'mode="0700"',
        'mode="0750"',
        ["entry-changed Path:/export/pupil mode (p1 p2 spare)"],
    ),
    (
        "Rules/services.xml",
        'owner="pupil" ',
        "",
        ["entry-changed Path:/export/pupil owner (p1 p2 spare)"],
    ),
    (
        "Rules/services.xml",
        'to="/dev/ttyUSB0"',
        'to="/dev/ttyUSB1"',
        ["entry-changed Path:/dev/projector to (p1 t1)"],
    ),
    (
        "Rules/services.xml",
        'bootstatus="on"',
        'bootstatus="on" restart="false"',
        ["entry-changed Service:smbd restart (fs)"],
    ),
    (
        "Rules/services.xml",
        '  <Path name="/srv/share" type="directory" owner="root" group="teachers" mode="2770"/>\n',
        "",
        ["failure-added Path:/srv/share failure (fs)"],
    ),
    (
        "Rules/special.xml",
        'priority="9"',
        'priority="0"',
        [
            "entry-changed Path:/export/pupil group mode owner type (t1 t2)",
            "entry-changed Service:ntp status (p2)",
        ],
    ),
    ("Rules/special.xml", "p2.school", "p1.school", ["entry-changed Service:ntp status (p1 p2)"]),
    (
        "Rules/special.xml",
        '<Group name="teacher-pc">',
        '<Group name="teacher-pc" negate="true">',
        [f"entry-changed Path:/export/pupil group mode owner type ({PCS})"],
    ),
    (
        "Rules/again.xml",
        "",
        '<Rules priority="1"><Service name="ntp" type="deb" status="off"/></Rules>',
        ["failure-added Service:ntp failure (fs p1 spare t1 t2)"],
    ),
    (
        "Cfg/etc/motd/motd.G50_fileserver",
        "Files live here.",
        "Files lived here.",
        ["entry-changed Path:/etc/motd content (fs)"],
    ),
    ("Cfg/etc/motd/motd.G50_fileserver", "", None, ["entry-changed Path:/etc/motd content (fs)"]),
    (
        "Cfg/etc/motd/motd.jinja2",
        ", room",
        " - room",
        [f"entry-changed Path:/etc/motd content ({PCS})"],
    ),
    (
        "Cfg/etc/hosts/hosts.genshi",
        "localhost",
        "localhost localhost.localdomain",
        [f"entry-changed Path:/etc/hosts content ({ALL})"],
    ),
    (
        "Cfg/etc/ntp.conf/ntp.conf.genshi",
        "iburst",
        "burst",
        [f"entry-changed Path:/etc/ntp.conf content ({ALL})"],
    ),
    (
        "Cfg/etc/ntp.conf/info.xml",
        'mode="0640" important="true"',
        'mode="0600" important="true"',
        ["entry-changed Path:/etc/ntp.conf mode (fs)"],
    ),
    (
        "Cfg/etc/ntp.conf/info.xml",
        'mode="0644"',
        'mode="0644" owner="ntp"',
        [f"entry-changed Path:/etc/ntp.conf owner ({PCS})"],
    ),
    (
        "Cfg/etc/proxy/proxy.cheetah",
        "proxy=",
        "proxy =",
        [f"entry-changed Path:/etc/proxy content ({PCS})"],
    ),
    (
        "Cfg/etc/proxy/proxy.cheetah",
        "$p.text",
        "$q.text",
        [f"failure-added Path:/etc/proxy failure ({PCS})"],
    ),
    (
        "Cfg/etc/exports/exports",
        "",
        "/srv *(ro)\n",
        [f"entry-changed Path:/etc/exports empty content ({PCS})"],
    ),
    ("Cfg/etc/exports/exports", "", None, [f"failure-added Path:/etc/exports failure ({PCS})"]),
    (
        "Cfg/etc/marks.conf/marks.conf.genshi",
        "password=",
        "secret=",
        ["entry-changed Path:/etc/marks.conf content secret (t1)"],
    ),
    (
        "Cfg/etc/marks.conf/marks.conf.H_t2.school.invalid.crypt",
        "",
        None,
        ["entry-changed Path:/etc/marks.conf content secret (t2)"],
    ),
    (
        "Cfg/etc/marks.conf/info.xml",
        'sensitive="true"',
        'sensitive="false"',
        ["entry-changed Path:/etc/marks.conf sensitive (t1 t2)"],
    ),
    (
        "Cfg/etc/motd/motd.H_p1.school.invalid",
        "",
        "mine\n",
        ["entry-changed Path:/etc/motd content (p1)"],
    ),
    (
        "Cfg/var/adm/.ssh/admin.pub/admin.pub",
        "",
        "ssh-rsa BBBB other\n",
        ["entry-changed Path:/var/adm/.ssh/authorized_keys content (fs p1 p2 spare t2)"],
    ),
    (
        "Cfg/var/adm/.ssh/authorized_keys/authorizedkeys.xml",
        ' host="t1.school.invalid"',
        "",
        ["entry-changed Path:/var/adm/.ssh/authorized_keys content (fs)"],
    ),
    (
        "Properties/school.xml",
        "ntp1",
        "ntp2",
        [f"entry-changed Path:/etc/ntp.conf content ({ALL})"],
    ),
    (
        "Properties/school.xml",
        "ptb.invalid",
        "ptb2.invalid",
        ["entry-changed Path:/etc/ntp.conf content (fs)"],
    ),
    (
        "Properties/school.xml",
        'filter="strict"',
        'filter="lax"',
        ["entry-changed Path:/etc/proxy content (p1 p2 spare)"],
    ),
    (
        "Properties/school.xml",
        "<pc>p2.school.invalid</pc>",
        "",
        ["entry-changed Path:/etc/motd content (p2)"],
    ),
    (
        "Properties/school.xml",
        '<room id="1">',
        '<room id="7">',
        ["entry-changed Path:/etc/motd content (p1 t1)"],
    ),
    ("Properties/school.xml", '  <room id="2">', '  <!-- room -->\n  <room id="2">', []),
    (
        "TemplateHelper/rooms.py",
        '"none"',
        '"nowhere"',
        ["entry-changed Path:/etc/motd content (spare t2)"],
    ),
    (
        "SSHbase/ssh_host_rsa_key.pub.H_p1.school.invalid",
        "",
        "ssh-rsa AAAA p1\n",
        [
            "entry-changed Path:/etc/ssh/ssh_host_rsa_key.pub content (p1)",
            f"entry-changed Path:/etc/ssh/ssh_known_hosts content ({ALL})",
        ],
    ),
    (
        "SSHbase/ssh_host_rsa_key.pub.H_p1.school.invalid",
        "",
        None,
        [
            "entry-changed Path:/etc/ssh/ssh_host_rsa_key.pub content (p1)",
            f"entry-changed Path:/etc/ssh/ssh_known_hosts content ({ALL})",
        ],
    ),
    ("doc/README", "", "no part of it\n", []),
)
