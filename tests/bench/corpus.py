#!/usr/bin/env python3
"""Writes one library of guides three times: as a site for guidepost, for Hugo and for Zola.

    tests/bench/corpus.py COUNT FOLDER [--seed SEED]   ->   FOLDER/guidepost  FOLDER/hugo  FOLDER/zola

The three sites say the same, so that the three programs can be timed side by side. A guide has front matter, four
ordered lists whose items hold twelve highlighted blocks in six languages, the shortcodes `file`, `output` and `note`, a
table, and links to other guides: about 8 KB. Each site has a section, tags, lists of 50 guides a page, feeds of 20
entries, a sitemap, a table of contents, and previous and next guides. The same seed gives the same bytes.
"""

import argparse
import random
import shutil
from dataclasses import dataclass
from pathlib import Path

NOUNS = """account archive backup bridge bucket cache certificate channel client cluster container cookie database
directory disk domain endpoint event firewall folder gateway group header host image index interface job kernel key
library log mailbox message mirror module network node package partition password pipeline policy port process profile
proxy query queue record release replica repository request resolver route runner scheduler schema secret server service
session shell snapshot socket stream subnet table template token tunnel user volume webhook worker zone""".split()
VERBS = """add build check clean compare connect copy create deploy enable export fetch harden import inspect install link
list migrate monitor mount move open pause protect publish read rebuild remove rename repair replace reset restart
restore rotate schedule secure send share start stop sync test trace tune update upgrade verify watch""".split()
SMALL = "a the this each your with from to for before after when until of on and then into over".split()
TAGS = ["backup", "database", "docker", "email", "git", "linux", "monitoring", "networking", "python", "security", "web"]

# For each language the first lines, lines to choose from, and the last lines. NAME, OTHER and PORT are filled in.
LANGUAGES = {
    "bash": (
        ["sudo apt-get update"],
        [
            "sudo apt-get install -y NAME OTHER",
            "sudo systemctl enable --now NAME.service",
            "curl -fsS http://localhost:PORT/OTHER | grep -c 'NAME' > /tmp/OTHER.txt",
            'for name in NAME OTHER; do echo "checking ${name}" && test -d "/srv/$name"; done',
            "export NAME_PORT=PORT  # where the OTHER listens",
            "tar -czf NAME-$(date +%F).tar.gz /var/lib/OTHER",
            'if ! id "NAME" >/dev/null 2>&1; then sudo adduser --system NAME; fi',
        ],
        [],
    ),
    "javascript": (
        ["import { createServer } from 'node:http'", ""],
        [
            "const NAME = new Map([['OTHER', PORT], ['NAME', null]])",
            "// The OTHER answers on port PORT.",
            "export const count = (list) => list.filter((OTHER) => OTHER.size > PORT).length",
            "if (!process.env.OTHER) throw new Error(`no OTHER on ${process.platform}`)",
            "await fetch('http://localhost:PORT/NAME', { method: 'POST', body: JSON.stringify({ OTHER: true }) })",
        ],
        ["createServer((request, response) => {", "  response.end(request.url === '/NAME' ? 'OTHER' : 'no')", "}).listen(PORT)"],
    ),
    "yaml": (
        ["# The NAME and its OTHER", "services:", "  NAME:", "    image: registry.test/NAME:1.PORT"],
        [
            '    command: ["NAME", "--port", "PORT"]',
            "    restart: unless-stopped",
            "    environment: {OTHER: PORT, DEBUG: false}",
            "    labels:\n      - NAME.enable=true",
            '    healthcheck:\n      test: curl -f http://localhost:PORT\n      interval: 30s',
        ],
        ["volumes:", "  OTHER: null"],
    ),
    "sql": (
        ["CREATE TABLE NAMEs (id serial PRIMARY KEY, OTHER varchar(64) NOT NULL, size integer DEFAULT PORT);"],
        [
            "INSERT INTO NAMEs (OTHER) VALUES ('OTHER'), ('it''s a NAME');",
            "CREATE INDEX ON NAMEs (OTHER) WHERE size > PORT;",
            "UPDATE NAMEs SET size = size + PORT WHERE OTHER LIKE '%OTHER%';",
            "SELECT OTHER, count(*) AS total FROM NAMEs GROUP BY OTHER HAVING count(*) > 1 ORDER BY total DESC;",
            "-- Every OTHER of the NAME, PORT at most",
        ],
        [],
    ),
    "dockerfile": (
        ["FROM debian:bookworm-slim AS NAME"],
        [
            "RUN apt-get update && apt-get install -y --no-install-recommends NAME && rm -rf /var/lib/apt/lists/*",
            "COPY --chown=OTHER:OTHER OTHER/ /srv/NAME/",
            "ENV NAME_PORT=PORT OTHER=/srv/OTHER",
            "WORKDIR /srv/NAME",
            "# The OTHER is reached from outside.\nEXPOSE PORT",
        ],
        ['ENTRYPOINT ["/usr/bin/NAME", "--port", "PORT"]'],
    ),
    "python": (
        ["from pathlib import Path", "", "", "def NAME(folder: Path, limit: int = PORT) -> list[str]:", '    """The names of each OTHER in a folder."""'],
        [
            "    limit = min(limit, PORT)  # no OTHER has more",
            "    if not folder.is_dir():\n        raise FileNotFoundError(f'no NAME in {folder!r}')",
            "    sizes = {path.stem: path.stat().st_size for path in folder.glob('*.OTHER')}",
            "    assert all(size >= 0 for size in sizes.values())",
        ],
        ["    return sorted(path.name for path in folder.iterdir())[:limit]", "", "", "print(NAME(Path('/srv/OTHER')))"],
    ),
}


@dataclass
class Guide:
    """What stands in a guide's front matter."""

    number: int
    title: str
    description: str
    date: str
    tags: list[str]


class Writer:
    """How a guide is spelled, and what else its site needs: here for Hugo and guidepost, which read the same guides."""

    folder: str

    def front_matter(self, guide: Guide) -> str:
        tags = ", ".join(f'"{tag}"' for tag in guide.tags)
        return (
            f'---\ntitle: "{guide.title}"\ndescription: "{guide.description}"\n'
            f"date: {guide.date}\npublished: {guide.date}\ntags: [{tags}]\n---\n"
        )

    def link(self, number: int) -> str:
        return f"/guides/g{number}/"

    def opening(self, name: str, path: str | None) -> str:
        return f'{{{{< {name} "{path}" >}}}}' if path else f"{{{{< {name} >}}}}"

    def closing(self, name: str) -> str:
        return f"{{{{< /{name} >}}}}"

    def site(self) -> dict[str, str]:
        """The other files of the site: path and text."""
        raise NotImplementedError


class Guidepost(Writer):
    folder = "guidepost"

    def site(self) -> dict[str, str]:
        return {
            "guidepost.yaml": 'title: Bench\nbase_url: "https://bench.test/"\n',
            "content/_index.md": "---\ntitle: Bench\n---\n",
            "content/guides/_index.md": "---\ntitle: Guides\n---\n",
        }


class Hugo(Writer):
    folder = "hugo"

    def site(self) -> dict[str, str]:
        def page(main: str) -> str:
            return (
                '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{{ .Title }}</title>'
                '<link rel="canonical" href="{{ .Permalink }}"></head>\n'
                f'<body>\n<header><a href="/">{{{{ site.Title }}}}</a></header>\n<main>\n<h1>{{{{ .Title }}}}</h1>\n{main}</main>\n</body>\n</html>\n'
            )

        entry = '<li><a href="{{ .RelPermalink }}">{{ .Title }}</a> <time>{{ .Date.Format "2006-01-02" }}</time></li>'
        neighbour = '{{ with .%s }}<a rel="%s" href="{{ .RelPermalink }}">{{ .Title }}</a>\n{{ end }}'
        return {
            "hugo.yaml": (
                'title: Bench\nbaseURL: "https://bench.test/"\ntaxonomies: {tag: tags}\nservices: {rss: {limit: 20}}\n'
                "markup:\n  highlight: {noClasses: false}\n  goldmark: {renderer: {unsafe: true}}\n"
            ),
            "content/_index.md": "---\ntitle: Bench\n---\n",
            "content/guides/_index.md": "---\ntitle: Guides\n---\n",
            "layouts/_default/single.html": page(
                "{{ .TableOfContents }}\n{{ .Content }}\n"
                '{{ range .GetTerms "tags" }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>\n{{ end }}'
                + neighbour % ("PrevInSection", "prev")
                + neighbour % ("NextInSection", "next")
            ),
            "layouts/_default/list.html": page(
                f"{{{{ $list := .Paginate .Pages 50 }}}}<ul>\n{{{{ range $list.Pages }}}}{entry}\n{{{{ end }}}}</ul>\n"
                '{{ with $list.Next }}<a rel="next" href="{{ .URL }}">Next</a>\n{{ end }}'
            ),
            "layouts/shortcodes/file.html": '<figure class="file"><figcaption>{{ .Get 0 }}</figcaption>{{ highlight (trim .Inner "\\n") "javascript" "" }}</figure>',
            "layouts/shortcodes/output.html": '<pre class="output">{{ trim .Inner "\\n" }}</pre>',
            "layouts/shortcodes/note.html": '<aside class="note">{{ .Inner | markdownify }}</aside>',
        }


class Zola(Writer):
    folder = "zola"

    def front_matter(self, guide: Guide) -> str:
        tags = ", ".join(f'"{tag}"' for tag in guide.tags)
        return (
            f'+++\ntitle = "{guide.title}"\ndescription = "{guide.description}"\n'
            f"date = {guide.date}\n[taxonomies]\ntags = [{tags}]\n+++\n"
        )

    def link(self, number: int) -> str:
        return f"@/guides/g{number}.md"

    def opening(self, name: str, path: str | None) -> str:
        return f'{{% {name}(path="{path}") %}}' if path else f"{{% {name}() %}}"

    def closing(self, name: str) -> str:
        return "{% end %}"

    def site(self) -> dict[str, str]:
        def page(title: str, main: str) -> str:
            return (
                f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{{{{ {title} }}}}</title>'
                '<link rel="canonical" href="{{ current_url | safe }}"></head>\n'
                f'<body>\n<header><a href="/">{{{{ config.title }}}}</a></header>\n<main>\n<h1>{{{{ {title} }}}}</h1>\n{main}</main>\n</body>\n</html>\n'
            )

        headings = (
            '<nav><ul>\n{% for h in page.toc %}<li><a href="{{ h.permalink | safe }}">{{ h.title }}</a>{% if h.children %}<ul>'
            '{% for c in h.children %}<li><a href="{{ c.permalink | safe }}">{{ c.title }}</a></li>{% endfor %}</ul>{% endif %}</li>\n'
            "{% endfor %}</ul></nav>\n"
        )
        neighbour = '{%% if page.%s %%}<a rel="%s" href="{{ page.%s.permalink | safe }}">{{ page.%s.title }}</a>\n{%% endif %%}'
        pages = (
            '<ul>\n{% for p in paginator.pages %}<li><a href="{{ p.permalink | safe }}">{{ p.title }}</a> <time>{{ p.date }}</time></li>\n'
            '{% endfor %}</ul>\n{% if paginator.next %}<a rel="next" href="{{ paginator.next | safe }}">Next</a>\n{% endif %}'
        )
        return {
            "config.toml": (
                'title = "Bench"\nbase_url = "https://bench.test"\ngenerate_feeds = true\nfeed_limit = 20\nbuild_search_index = false\n'
                'taxonomies = [{name = "tags", feed = true, paginate_by = 50}]\n'
                '[markdown.highlighting]\nstyle = "class"\nlight_theme = "github-light"\ndark_theme = "github-dark"\n'
            ),
            "content/_index.md": '+++\ntitle = "Bench"\n+++\n',
            "content/guides/_index.md": '+++\ntitle = "Guides"\nsort_by = "date"\npaginate_by = 50\ngenerate_feeds = true\n+++\n',
            "templates/page.html": page(
                "page.title",
                headings
                + "{{ page.content | safe }}\n"
                + "{% for tag in page.taxonomies.tags %}<a href=\"{{ get_taxonomy_url(kind='tags', name=tag) | safe }}\">{{ tag }}</a>\n{% endfor %}"
                + neighbour % ("lower", "prev", "lower", "lower")
                + neighbour % ("higher", "next", "higher", "higher"),
            ),
            "templates/section.html": page("section.title", pages),
            "templates/index.html": page(
                "section.title", '<ul>\n{% for path in section.subsections %}{% set s = get_section(path=path) %}<li><a href="{{ s.permalink | safe }}">{{ s.title }}</a></li>\n{% endfor %}</ul>\n'
            ),
            "templates/tags/single.html": page("term.name", pages),
            "templates/tags/list.html": page(
                "taxonomy.name", '<ul>\n{% for t in terms %}<li><a href="{{ t.permalink | safe }}">{{ t.name }}</a></li>\n{% endfor %}</ul>\n'
            ),
            "templates/shortcodes/file.html": '<figure class="file"><figcaption>{{ path }}</figcaption>{% set code = "```javascript\n" ~ body ~ "\n```" %}{{ code | markdown | safe }}</figure>',
            "templates/shortcodes/output.html": '<pre class="output">{{ body }}</pre>',
            "templates/shortcodes/note.html": '<aside class="note">{{ body | markdown(inline=true) | safe }}</aside>',
        }


def sentence(rng: random.Random, length: int) -> str:
    """Words in a row, one of them code and one strong."""
    words = [rng.choice(rng.choice((NOUNS, VERBS, SMALL))) for _ in range(length)]
    code, strong = rng.sample(range(1, length), 2)
    words[code] = f"`{words[code]}`"
    words[strong] = f"**{words[strong]}**"
    return " ".join(words).capitalize() + "."


def snippet(rng: random.Random, language: str) -> list[str]:
    """The lines of a piece of code."""
    first, middle, last = LANGUAGES[language]
    chosen = rng.sample(middle, rng.randint(2, 4))
    text = "\n".join(first + [line for line in middle if line in chosen] + last)
    for word, value in (("NAME", rng.choice(NOUNS)), ("OTHER", rng.choice(NOUNS)), ("PORT", str(rng.randint(1024, 9999)))):
        text = text.replace(word, value)
    return text.split("\n")


def indented(lines: list[str]) -> list[str]:
    return ["    " + line if line else "" for line in lines]


def body(rng: random.Random, number: int, count: int, writer: Writer) -> str:
    """The text of a guide under its front matter."""
    lines = [sentence(rng, 40), ""]
    languages = list(LANGUAGES) * 2
    rng.shuffle(languages)
    for part in range(4):
        lines += [f"## {rng.choice(VERBS).capitalize()} the {rng.choice(NOUNS)} {part + 1}", "", sentence(rng, 30), ""]
        if part % 2:
            lines += [f"### {rng.choice(VERBS).capitalize()} it", ""]
        for item in range(3):
            other = (number * 7 + part * 3 + item + 1) % count
            language = languages[part * 3 + item]
            lines += [f"{item + 1}.  {sentence(rng, 15)} See [guide {other}]({writer.link(other)}).", ""]
            lines += indented([f"```{language}", *snippet(rng, language), "```"]) + [""]
        # The file's body stands at the margin though it belongs to the list's item, as in older tutorial libraries.
        if part == 0:
            lines += ["    " + writer.opening("file", "app.js"), *snippet(rng, "javascript"), writer.closing("file"), ""]
            lines += [f"4.  {sentence(rng, 12)}", ""]
        elif part == 1:
            rows = [f"{rng.choice(NOUNS):<12} 172.17.0.{rng.randint(2, 250):<4} running" for _ in range(3)]
            lines += [writer.opening("output", None), *rows, f"{len(rows)} rows", writer.closing("output"), ""]
        elif part == 2:
            lines += [writer.opening("note", None), sentence(rng, 25), writer.closing("note"), ""]
        else:
            lines += ["| name | value |", "| --- | ---: |"]
            lines += [f"| {rng.choice(NOUNS)} | {rng.randint(1, 999)} |" for _ in range(6)] + [""]
    return "\n".join(lines)


def guide(rng: random.Random, number: int) -> Guide:
    noun, verb = rng.choice(NOUNS), rng.choice(VERBS)
    date = f"{rng.randint(2010, 2025)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
    return Guide(number, f"{verb.capitalize()} a {noun}, part {number}", f"How to {verb} a {noun}.", date, rng.sample(TAGS, 3))


def write(count: int, folder: Path, seed: int = 1) -> None:
    """Writes the three sites anew; what stood in their folders is removed."""
    for writer in (Guidepost(), Hugo(), Zola()):
        root = folder / writer.folder
        shutil.rmtree(root, ignore_errors=True)
        files = writer.site()
        for number in range(count):
            rng = random.Random(f"{seed} {number}")
            head = writer.front_matter(guide(rng, number))
            files[f"content/guides/g{number}.md"] = head + "\n" + body(rng, number, count, writer)
        for path, text in files.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, help="number of guides, at least 2")
    parser.add_argument("folder", type=Path, help="where the three sites go")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    write(options.count, options.folder, options.seed)
