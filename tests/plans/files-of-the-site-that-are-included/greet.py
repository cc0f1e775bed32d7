"""Says hello."""


class Greeter:
    # [start:greeting]
    def greet(self, name):
        return f"Hello, {name}"
    # [end:greeting]


print(Greeter().greet("reader"))
