"""An authority of the benchmark's own, which every tool trusts by its default settings.

Tools differ in what the option for an authority costs them, so that none needs it: in place of
/etc/ssl/certs each finds a private copy, with the authority added as `update-ca-certificates` would.
This process and its children see another mount there.
"""

import ctypes
import os
import shutil
import subprocess

import context

STORE = "/etc/ssl/certs"
BUNDLE = "ca-certificates.crt"
CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000  # linux/sched.h
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000  # linux/mount.h


def openssl(folder, *arguments):
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]}: {done.stderr}")
    return done.stdout


class Authority:
    """Makes certificates in a folder of its own. From now on, all that this process starts trusts it."""

    def __init__(self, folder):
        self.folder = folder
        self.file = f"{folder}/ca.pem"
        self.key = f"{folder}/server.key"  # of all certificates
        os.makedirs(folder)
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        openssl(folder, "req", "-x509", *key, "-subj", "/CN=bench authority", "-days", "2",
                "-keyout", "ca.key", "-out", self.file)
        openssl(folder, "req", *key, "-subj", "/CN=bench", "-keyout", self.key, "-out", "server.csr")
        self._add_to_store()

    def certificate(self, address):
        """The file of a certificate for one address.

        One for all of them would be quicker to make, but GnuTLS, and so wget2 and aria2, take three
        times as long to find one of 200 names in it, which says nothing about the web.
        """
        file = f"{self.folder}/{address}.pem"
        if not os.path.exists(file):
            with open(f"{self.folder}/name", "w", encoding="ascii") as name:
                name.write(f"subjectAltName=IP:{address}\n")
            openssl(self.folder, "x509", "-req", "-in", "server.csr", "-CA", self.file, "-CAkey", "ca.key",
                    "-days", "2", "-CAcreateserial", "-extfile", "name", "-out", file)
        return file

    def _add_to_store(self):
        store = f"{self.folder}/certs"
        shutil.copytree(STORE, store, symlinks=True)
        with open(self.file, encoding="ascii") as file:
            authority = file.read()
        os.replace(shutil.copy(f"{store}/{BUNDLE}", f"{self.folder}/bundle"), f"{store}/{BUNDLE}")  # no link
        with open(f"{store}/{BUNDLE}", "a", encoding="ascii") as bundle:
            bundle.write(authority)
        with open(f"{store}/bench.pem", "w", encoding="ascii") as file:
            file.write(authority)
        name = openssl(self.folder, "x509", "-noout", "-subject_hash", "-in", self.file).strip()
        os.symlink("bench.pem", f"{store}/{name}.0")
        put_in_place(store)


def call(function, *arguments):
    if function(*arguments) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{function.__name__}: {os.strerror(error)}")


def enter_private_mounts():
    """Gives this process and its children mounts of their own; without root by a user namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.geteuid(), os.getegid()
    try:
        call(libc.unshare, CLONE_NEWNS)
    except PermissionError:
        call(libc.unshare, CLONE_NEWNS | CLONE_NEWUSER)
        for name, content in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"),
                              ("gid_map", f"{group} {group} 1")):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                file.write(content)
    call(libc.mount, b"none", b"/", None, MS_REC | MS_PRIVATE, None)


def put_in_place(store):
    """Puts `store` in the place of the system's one, as this process and its children see it."""
    try:
        enter_private_mounts()
    except OSError as error:
        raise context.NotMeasured(f"mounts of its own need root or user namespaces ({error})") from error
    call(ctypes.CDLL(None, use_errno=True).mount, store.encode(), STORE.encode(), None, MS_BIND, None)
