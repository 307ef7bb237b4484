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
AUTHORITY, KEY = "ca.pem", "server.key"
CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000  # linux/sched.h
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000  # linux/mount.h


def openssl(folder, *arguments):
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]}: {done.stderr}")
    return done.stdout


def make_certificates(folder, addresses):
    """Makes an authority in `folder`, and a certificate of it for each address: `ADDRESS.pem`.

    One for all of them would be quicker to make, but GnuTLS, and so wget2 and aria2, take four times
    as long to find one of 200 names in it, which says nothing about the web.
    """
    os.makedirs(folder)
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl(folder, "req", "-x509", *key, "-subj", "/CN=bench authority", "-days", "2",
            "-keyout", "ca.key", "-out", AUTHORITY)
    openssl(folder, "req", *key, "-subj", "/CN=bench", "-keyout", KEY, "-out", "server.csr")
    with open(f"{folder}/names", "w", encoding="ascii") as names:
        names.writelines(f"[{address}]\nsubjectAltName=IP:{address}\n" for address in addresses)
    for number, address in enumerate(addresses, 1):
        openssl(folder, "x509", "-req", "-in", "server.csr", "-CA", AUTHORITY, "-CAkey", "ca.key", "-days", "2",
                "-set_serial", str(number), "-extfile", "names", "-extensions", address, "-out", f"{address}.pem")


def trusted_store(folder):
    """Makes the copy of the system's store that holds the authority of `folder`, too."""
    store = f"{folder}/certs"
    shutil.copytree(STORE, store, symlinks=True)
    with open(f"{folder}/{AUTHORITY}", encoding="ascii") as file:
        authority = file.read()
    os.replace(shutil.copy(f"{store}/{BUNDLE}", f"{folder}/bundle"), f"{store}/{BUNDLE}")
    with open(f"{store}/{BUNDLE}", "a", encoding="ascii") as bundle:
        bundle.write(authority)
    with open(f"{store}/bench.pem", "w", encoding="ascii") as file:
        file.write(authority)
    name = openssl(folder, "x509", "-noout", "-subject_hash", "-in", AUTHORITY).strip()
    os.symlink("bench.pem", f"{store}/{name}.0")
    return store


def call(function, *arguments):
    if function(*arguments) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{function.__name__}: {os.strerror(error)}")


def enter_private_mounts():
    """Gives this process and its children mounts of their own; without root by a user namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.geteuid(), os.getegid()
    call(libc.unshare, CLONE_NEWNS | (CLONE_NEWUSER if user != 0 else 0))
    if user != 0:
        for file, content in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            with open(f"/proc/self/{file}", "w", encoding="ascii") as file_:
                file_.write(content)
    call(libc.mount, b"none", b"/", None, MS_REC | MS_PRIVATE, None)


def trust(store):
    """Puts `store` in the place of the system's one, as this process and its children see it."""
    try:
        enter_private_mounts()
    except OSError as error:
        raise context.NotMeasured(f"mounts of its own need root or user namespaces ({error})") from error
    call(ctypes.CDLL(None, use_errno=True).mount, store.encode(), STORE.encode(), None, MS_BIND, None)
