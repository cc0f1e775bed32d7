//! Files of servers, services and programs, and the excerpts that guides show of them.

use super::{Case, check};
use crate::edit::How::{Append, Patch, Replace};

const NGINX: &str = "server {\n    listen 80 default_server;\n    root /var/www/html;\n    server_name _;\n\n    location / {\n        try_files $uri $uri/ =404;\n    }\n}\n";
const SSHD: &str = "# This is the sshd server system-wide configuration file.\n\nInclude /etc/ssh/sshd_config.d/*.conf\n\n#Port 22\n#PermitRootLogin prohibit-password\n# the setting of \"PermitRootLogin without-password\".\nUsePAM yes\nX11Forwarding yes\n";
const UNIT: &str = "[Unit]\nDescription=App\n\n[Service]\nExecStart=/usr/bin/app\nUser=root\n\n[Install]\nWantedBy=multi-user.target\n";
const COMPOSE: &str =
    "services:\n  web:\n    image: nginx:1.25\n    ports:\n      - \"80:80\"\n  db:\n    image: postgres:15\n";
const APACHE: &str = "<VirtualHost *:80>\n\tServerAdmin webmaster@localhost\n\tDocumentRoot /var/www/html\n\n\t# ServerName www.example.com\n\tErrorLog /var/log/error.log\n</VirtualHost>\n";
const PYTHON: &str = "import os\n\nDEBUG = True\n\nALLOWED_HOSTS = []\n\nINSTALLED_APPS = [\n    'django.contrib.admin',\n    'django.contrib.auth',\n]\n\nTIME_ZONE = 'UTC'\n";

#[test]
fn servers() {
    let cases: &[Case] = &[
        (
            "nginx: one directive",
            NGINX,
            "server_name example.com;\n",
            Patch,
            "server {\n    listen 80 default_server;\n    root /var/www/html;\n    server_name example.com;\n\n    location / {\n        try_files $uri $uri/ =404;\n    }\n}\n",
        ),
        (
            "nginx: elisions",
            NGINX,
            "server {\n    ...\n    server_name example.com;\n    ...\n}\n",
            Patch,
            "server {\n    listen 80 default_server;\n    root /var/www/html;\n    server_name example.com;\n\n    location / {\n        try_files $uri $uri/ =404;\n    }\n}\n",
        ),
        (
            "nginx: a new location after a known line",
            NGINX,
            "    server_name _;\n\n    location /api {\n        proxy_pass http://localhost:3000;\n    }\n",
            Patch,
            "server {\n    listen 80 default_server;\n    root /var/www/html;\n    server_name _;\n\n    location /api {\n        proxy_pass http://localhost:3000;\n    }\n\n    location / {\n        try_files $uri $uri/ =404;\n    }\n}\n",
        ),
        (
            "nginx: inside a block, the rest elided",
            NGINX,
            "server {\n    ...\n    location / { ... }\n\n    location /x {\n        deny all;\n    }\n}\n",
            Patch,
            "server {\n    listen 80 default_server;\n    root /var/www/html;\n    server_name _;\n\n    location / {\n        try_files $uri $uri/ =404;\n    }\n\n    location /x {\n        deny all;\n    }\n}\n",
        ),
        (
            "nginx: new at the end of a block after an elision",
            NGINX,
            "server {\n    # ...\n    location /x {\n        deny all;\n    }\n}\n",
            Patch,
            "server {\n    listen 80 default_server;\n    root /var/www/html;\n    server_name _;\n\n    location / {\n        try_files $uri $uri/ =404;\n    }\n    location /x {\n        deny all;\n    }\n}\n",
        ),
        (
            "nginx: the whole file",
            NGINX,
            "server {\n    listen 80;\n    root /srv;\n    server_name example.com;\n\n    location / {\n        try_files $uri $uri/ =404;\n    }\n}\n",
            Replace,
            "server {\n    listen 80;\n    root /srv;\n    server_name example.com;\n\n    location / {\n        try_files $uri $uri/ =404;\n    }\n}\n",
        ),
        (
            "sshd: uncomment and set",
            SSHD,
            "PermitRootLogin no\n",
            Patch,
            "# This is the sshd server system-wide configuration file.\n\nInclude /etc/ssh/sshd_config.d/*.conf\n\n#Port 22\nPermitRootLogin no\n# the setting of \"PermitRootLogin without-password\".\nUsePAM yes\nX11Forwarding yes\n",
        ),
        (
            "sshd: a new directive",
            SSHD,
            "AllowUsers bob\n",
            Append,
            "# This is the sshd server system-wide configuration file.\n\nInclude /etc/ssh/sshd_config.d/*.conf\n\n#Port 22\n#PermitRootLogin prohibit-password\n# the setting of \"PermitRootLogin without-password\".\nUsePAM yes\nX11Forwarding yes\nAllowUsers bob\n",
        ),
        (
            "sshd: two settings apart",
            SSHD,
            "Port 2222\n...\nX11Forwarding no\n",
            Patch,
            "# This is the sshd server system-wide configuration file.\n\nInclude /etc/ssh/sshd_config.d/*.conf\n\nPort 2222\n#PermitRootLogin prohibit-password\n# the setting of \"PermitRootLogin without-password\".\nUsePAM yes\nX11Forwarding no\n",
        ),
        (
            "systemd: change",
            UNIT,
            "[Service]\nExecStart=/usr/bin/app\nUser=www\n",
            Patch,
            "[Unit]\nDescription=App\n\n[Service]\nExecStart=/usr/bin/app\nUser=www\n\n[Install]\nWantedBy=multi-user.target\n",
        ),
        (
            "systemd: add in a section",
            UNIT,
            "[Service]\nEnvironment=A=1\n...\n",
            Patch,
            "[Unit]\nDescription=App\n\n[Service]\nEnvironment=A=1\nExecStart=/usr/bin/app\nUser=root\n\n[Install]\nWantedBy=multi-user.target\n",
        ),
        (
            "systemd: a new section",
            UNIT,
            "[Timer]\nOnBootSec=1\n",
            Append,
            "[Unit]\nDescription=App\n\n[Service]\nExecStart=/usr/bin/app\nUser=root\n\n[Install]\nWantedBy=multi-user.target\n[Timer]\nOnBootSec=1\n",
        ),
        (
            "apache: tabs and other indentation",
            APACHE,
            "    ServerName example.com\n    ErrorLog /srv/error.log\n",
            Patch,
            "<VirtualHost *:80>\n\tServerAdmin webmaster@localhost\n\tDocumentRoot /var/www/html\n\n\tServerName example.com\n\tErrorLog /srv/error.log\n</VirtualHost>\n",
        ),
        (
            "apache: new lines get the file's tabs",
            APACHE,
            "    DocumentRoot /var/www/html\n    <Directory /x>\n        Require all granted\n    </Directory>\n",
            Patch,
            "<VirtualHost *:80>\n\tServerAdmin webmaster@localhost\n\tDocumentRoot /var/www/html\n\t<Directory /x>\n\t\tRequire all granted\n\t</Directory>\n\n\t# ServerName www.example.com\n\tErrorLog /var/log/error.log\n</VirtualHost>\n",
        ),
        (
            "hosts: a new line",
            "127.0.0.1 localhost\n::1 localhost\n",
            "10.0.0.5 db\n",
            Append,
            "127.0.0.1 localhost\n::1 localhost\n10.0.0.5 db\n",
        ),
        (
            "fstab",
            "# <file system> <mount point>\nUUID=1 / ext4 defaults 0 1\n",
            "/swapfile none swap sw 0 0\n",
            Append,
            "# <file system> <mount point>\nUUID=1 / ext4 defaults 0 1\n/swapfile none swap sw 0 0\n",
        ),
        (
            "crontab",
            "# m h dom mon dow command\n",
            "0 5 * * * /usr/bin/backup\n",
            Append,
            "# m h dom mon dow command\n0 5 * * * /usr/bin/backup\n",
        ),
        (
            "sysctl: uncomment",
            "#net.ipv4.ip_forward=1\n#net.ipv6.conf.all.forwarding=1\n",
            "net.ipv4.ip_forward=1\n",
            Patch,
            "net.ipv4.ip_forward=1\n#net.ipv6.conf.all.forwarding=1\n",
        ),
        (
            "mysql: within its section",
            "[mysqld]\nuser = mysql\nbind-address = 127.0.0.1\n\n[client]\nport = 1\n",
            "[mysqld]\n. . .\nbind-address = 0.0.0.0\n. . .\n",
            Patch,
            "[mysqld]\nuser = mysql\nbind-address = 0.0.0.0\n\n[client]\nport = 1\n",
        ),
        (
            "redis: a sentence is no setting",
            "# bind to all interfaces\n# By default\nbind 127.0.0.1\nport 6379\n",
            "bind 0.0.0.0\n",
            Patch,
            "# bind to all interfaces\n# By default\nbind 0.0.0.0\nport 6379\n",
        ),
    ];
    check(cases);
}

#[test]
fn programs_and_data() {
    let cases: &[Case] = &[
        (
            "compose: a key in its service",
            COMPOSE,
            "  db:\n    image: postgres:16\n",
            Patch,
            "services:\n  web:\n    image: nginx:1.25\n    ports:\n      - \"80:80\"\n  db:\n    image: postgres:16\n",
        ),
        (
            "compose: a new key",
            COMPOSE,
            "  web:\n    image: nginx:1.25\n    restart: always\n",
            Patch,
            "services:\n  web:\n    image: nginx:1.25\n    restart: always\n    ports:\n      - \"80:80\"\n  db:\n    image: postgres:15\n",
        ),
        (
            "compose: shown without its indentation",
            COMPOSE,
            "web:\n  image: nginx:1.27\n  restart: always\n",
            Patch,
            "services:\n  web:\n    image: nginx:1.27\n    restart: always\n    ports:\n      - \"80:80\"\n  db:\n    image: postgres:15\n",
        ),
        (
            "compose: elided",
            COMPOSE,
            "services:\n  web:\n    # ...\n  db:\n    image: postgres:16\n",
            Patch,
            "services:\n  web:\n    image: nginx:1.25\n    ports:\n      - \"80:80\"\n  db:\n    image: postgres:16\n",
        ),
        ("python: a setting", PYTHON, "DEBUG = False\n", Patch, PYTHON_DEBUG),
        (
            "python: an item in a list",
            PYTHON,
            "INSTALLED_APPS = [\n    ...\n    'blog',\n]\n",
            Patch,
            "import os\n\nDEBUG = True\n\nALLOWED_HOSTS = []\n\nINSTALLED_APPS = [\n    'django.contrib.admin',\n    'django.contrib.auth',\n    'blog',\n]\n\nTIME_ZONE = 'UTC'\n",
        ),
        (
            "python: a list of one line becomes one of many",
            PYTHON,
            "ALLOWED_HOSTS = [\n    'example.com',\n]\n",
            Patch,
            "import os\n\nDEBUG = True\n\nALLOWED_HOSTS = [\n    'example.com',\n]\n\nINSTALLED_APPS = [\n    'django.contrib.admin',\n    'django.contrib.auth',\n]\n\nTIME_ZONE = 'UTC'\n",
        ),
        (
            "python: a statement of many lines becomes one of one",
            PYTHON,
            "INSTALLED_APPS = []\n",
            Patch,
            "import os\n\nDEBUG = True\n\nALLOWED_HOSTS = []\n\nINSTALLED_APPS = []\n\nTIME_ZONE = 'UTC'\n",
        ),
        (
            "python: wrapped in a condition",
            "def main():\n    setup()\n    run()\n    stop()\n\nmain()\n",
            "def main():\n    setup()\n    if ready:\n        run()\n    stop()\n",
            Patch,
            "def main():\n    setup()\n    if ready:\n        run()\n    stop()\n\nmain()\n",
        ),
        (
            "js: a line removed from a statement",
            "let x = 1\nconst c = new C({\n  a: 1,\n  b: 2,\n  c: 3\n})\nrun(c)\n",
            "const c = new C({\n  a: 1,\n  c: 3\n})\n",
            Patch,
            "let x = 1\nconst c = new C({\n  a: 1,\n  c: 3\n})\nrun(c)\n",
        ),
        (
            "js: one call",
            "start()\nconsole.log('hello')\nstop()\n",
            "start()\nconsole.log('bye')\n",
            Patch,
            "start()\nconsole.log('bye')\nstop()\n",
        ),
        (
            "js: elided with comments",
            "import a from 'a'\n\nfunction f() {\n  one()\n  two()\n}\n\nf()\n",
            "function f() {\n  // ...\n  three()\n}\n",
            Patch,
            "import a from 'a'\n\nfunction f() {\n  one()\n  two()\n  three()\n}\n\nf()\n",
        ),
        (
            "json: all keys",
            "{\n  \"a\": 1\n}\n",
            "{\n  \"a\": 2,\n  \"b\": 3\n}\n",
            Replace,
            "{\n  \"a\": 2,\n  \"b\": 3\n}\n",
        ),
        (
            "json: one value",
            "{\n  \"name\": \"x\",\n  \"version\": \"1.0.0\"\n}\n",
            "  \"version\": \"1.1.0\"\n",
            Patch,
            "{\n  \"name\": \"x\",\n  \"version\": \"1.1.0\"\n}\n",
        ),
        (
            "json: elided",
            "{\n  \"name\": \"x\",\n  \"main\": \"a.js\",\n  \"version\": \"1.0.0\"\n}\n",
            "{\n  ...\n  \"main\": \"b.js\",\n  ...\n}\n",
            Patch,
            "{\n  \"name\": \"x\",\n  \"main\": \"b.js\",\n  \"version\": \"1.0.0\"\n}\n",
        ),
        (
            "html: another document",
            "<!DOCTYPE html>\n<p>Welcome to nginx!</p>\n",
            "<!DOCTYPE html>\n<h1>Mine</h1>\n",
            Replace,
            "<!DOCTYPE html>\n<h1>Mine</h1>\n",
        ),
        (
            "Dockerfile: another one",
            "FROM debian\nRUN a\nCMD x\n",
            "FROM node\nCOPY . .\nCMD y\n",
            Replace,
            "FROM node\nCOPY . .\nCMD y\n",
        ),
        (
            "bashrc",
            "# ~/.bashrc\ncase $- in\n    *i*) ;;\n      *) return;;\nesac\nalias ll='ls -l'\n",
            "export PATH=$PATH:/opt/bin\n",
            Append,
            "# ~/.bashrc\ncase $- in\n    *i*) ;;\n      *) return;;\nesac\nalias ll='ls -l'\nexport PATH=$PATH:/opt/bin\n",
        ),
        ("env: set", "A=1\nB=2\n", "B=3\n", Patch, "A=1\nB=3\n"),
        ("env: add", "A=1\nB=2\n", "C=3\n", Append, "A=1\nB=2\nC=3\n"),
        ("requirements", "flask\nredis\n", "gunicorn\n", Append, "flask\nredis\ngunicorn\n"),
        (
            "another number between known lines",
            "top\n```\n3 the\n3 is\n```\n",
            "```\n3 the\n2 is\n```\n",
            Patch,
            "top\n```\n3 the\n2 is\n```\n",
        ),
        (
            "another line between known lines",
            "top\na b\nc d\ne f\n",
            "a b\nx y\ne f\n",
            Patch,
            "top\na b\nx y\nc d\ne f\n",
        ),
        ("already there", "a = 1\nb = 2\nc = 3\n", "b = 2\n", Patch, "a = 1\nb = 2\nc = 3\n"),
    ];
    check(cases);
}

const PYTHON_DEBUG: &str = "import os\n\nDEBUG = False\n\nALLOWED_HOSTS = []\n\nINSTALLED_APPS = [\n    'django.contrib.admin',\n    'django.contrib.auth',\n]\n\nTIME_ZONE = 'UTC'\n";
