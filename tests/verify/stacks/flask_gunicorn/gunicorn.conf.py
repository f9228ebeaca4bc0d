"""Two processes of four threads, over one database that is made before they are forked."""

import os

import database

bind = f"127.0.0.1:{os.environ['PORT']}"
workers = 2
worker_class = "gthread"
threads = 4
worker_tmp_dir = os.environ["DATA"]
control_socket_disable = True


def on_starting(server):
    database.prepare()
