"""Says with the official libraries for Python what `python.test.mjs` wants to hear.

The address, the key and the name of a check are its arguments; the end is 0, or an assertion that failed.
"""

import base64
import json
import sys

GEMINI = "gemini-3.6-flash-high"
CLAUDE = "claude-sonnet-4-6"
UNKNOWN = "no-such-model"
PAUSED = "gemini-2.5-flash"
PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
URL, KEY, CHECK = sys.argv[1:4]

PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city", "days"],
    "additionalProperties": False,
}
ANSWER = {
    "type": "object",
    "properties": {"answer": {"type": "string"}},
    "required": ["answer"],
    "additionalProperties": False,
}


def user(content):
    return [{"role": "user", "content": content}]


def refused(kind, call):
    """The error of this kind that a call ends with."""
    try:
        call()
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}")


class OpenAI:
    def __init__(self):
        import openai

        self.sdk = openai
        self.client = self.using(KEY)

    def using(self, key):
        return self.sdk.OpenAI(base_url=f"{URL}/v1", api_key=key, max_retries=0)

    def chat(self, content, client=None, model=GEMINI, **more):
        messages = content if isinstance(content, list) and "role" in content[0] else user(content)
        client = client or self.client
        return client.chat.completions.create(model=model, messages=messages, **more)

    def text(self):
        answer = self.chat("Good morning")
        assert "Good morning" in answer.choices[0].message.content, answer
        assert answer.usage.total_tokens > 0, answer
        answer = self.client.responses.create(model=CLAUDE, input="Good morning")
        assert "Good morning" in answer.output_text, answer

    def stream(self):
        with self.client.chat.completions.stream(model=GEMINI, messages=user("Good evening")) as stream:
            deltas = [event.delta for event in stream if event.type == "content.delta"]
            assert len(deltas) > 1 and "Good evening" in "".join(deltas), deltas
            assert stream.get_final_completion().choices[0].finish_reason == "stop"
        with self.client.responses.stream(model=CLAUDE, input="Good evening") as stream:
            types = [event.type for event in stream]
            assert types[0] == "response.created" and types[-1] == "response.completed", types
            assert "Good evening" in stream.get_final_response().output_text

    def tools(self):
        tools = [{"type": "function", "function": {"name": "weather", "parameters": PARAMETERS}}]
        for model in (GEMINI, CLAUDE):
            messages = user("What is the weather?")
            first = self.chat(messages, model=model, tools=tools).choices[0].message
            call = first.tool_calls[0]
            assert json.loads(call.function.arguments) == {"city": "Paris", "days": 1}, call
            messages += [first, {"role": "tool", "tool_call_id": call.id, "content": "blue sky"}]
            second = self.client.chat.completions.create(model=model, messages=messages, tools=tools)
            assert "blue sky" in second.choices[0].message.content, second

            items = user("What is the weather?")
            flat = [{"type": "function", "name": "weather", "parameters": PARAMETERS, "strict": True}]
            output = self.client.responses.create(model=model, input=items, tools=flat).output
            call = next(item for item in output if item.type == "function_call")
            result = {"type": "function_call_output", "call_id": call.call_id, "output": "blue sky"}
            items = items + list(output) + [result]
            second = self.client.responses.create(model=model, input=items, tools=flat)
            assert "blue sky" in second.output_text, second

    def vision(self):
        image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}
        answer = self.chat([{"type": "text", "text": "What is this?"}, image])
        assert "What is this" in answer.choices[0].message.content, answer

    def thinking(self):
        answer = self.chat("Think hard", reasoning_effort="high")
        assert "Think hard" in answer.choices[0].message.reasoning_content, answer

    def structured(self):
        schema = {"name": "answer", "strict": True, "schema": ANSWER}
        answer = self.chat("Answer", response_format={"type": "json_schema", "json_schema": schema})
        assert "answer" in json.loads(answer.choices[0].message.content), answer

    def errors(self):
        error = refused(self.sdk.AuthenticationError, lambda: self.chat("Hello", self.using("hr-wrong")))
        assert error.status_code == 401 and error.code == "invalid_api_key", error
        error = refused(self.sdk.NotFoundError, lambda: self.chat("Hello", model=UNKNOWN))
        assert error.code == "model_not_found", error
        error = refused(self.sdk.RateLimitError, lambda: self.chat("Hello", model=PAUSED))
        assert 0 < int(error.response.headers["retry-after"]) <= 60, error.response.headers


class Anthropic:
    def __init__(self):
        import anthropic

        self.sdk = anthropic
        self.client = self.using(KEY)

    def using(self, key):
        return self.sdk.Anthropic(base_url=URL, api_key=key, max_retries=0)

    def ask(self, content, client=None, model=CLAUDE, **more):
        client = client or self.client
        return client.messages.create(model=model, max_tokens=4096, messages=user(content), **more)

    def text(self):
        answer = self.ask("Good morning")
        assert "Good morning" in answer.content[0].text and answer.stop_reason == "end_turn", answer

    def stream(self):
        with self.client.messages.stream(
            model=CLAUDE, max_tokens=4096, messages=user("Good evening")
        ) as stream:
            pieces = list(stream.text_stream)
            assert len(pieces) > 1 and "Good evening" in "".join(pieces), pieces
            assert stream.get_final_message().usage.output_tokens > 0

    def tools(self):
        tools = [{"name": "weather", "description": "Tells it.", "input_schema": PARAMETERS}]
        for model in (CLAUDE, GEMINI):
            more = {"tools": tools, "thinking": {"type": "enabled", "budget_tokens": 1024}}
            first = self.ask("What is the weather?", model=model, **more)
            call = next(block for block in first.content if block.type == "tool_use")
            assert call.input == {"city": "Paris", "days": 1}, call
            result = {"type": "tool_result", "tool_use_id": call.id, "content": "blue sky"}
            messages = user("What is the weather?")
            messages += [{"role": "assistant", "content": first.content}, *user([result])]
            second = self.client.messages.create(model=model, max_tokens=4096, messages=messages, **more)
            assert any("blue sky" in block.text for block in second.content if block.type == "text"), second

    def vision(self):
        source = {"type": "base64", "media_type": "image/png", "data": PNG}
        answer = self.ask([{"type": "image", "source": source}, {"type": "text", "text": "What is this?"}])
        assert "What is this" in answer.content[0].text, answer

    def thinking(self):
        answer = self.ask("Think hard", thinking={"type": "enabled", "budget_tokens": 2048})
        assert "Think hard" in answer.content[0].thinking and answer.content[0].signature, answer

    def structured(self):
        config = {"format": {"type": "json_schema", "schema": ANSWER}}
        answer = self.ask("Answer", model=GEMINI, output_config=config)
        text = next(block.text for block in answer.content if block.type == "text")
        assert "answer" in json.loads(text), answer

    def count(self):
        def count(words):
            return self.client.messages.count_tokens(model=CLAUDE, messages=user(words)).input_tokens

        assert 0 < count("Hello") < count("Hello " * 400)

    def errors(self):
        error = refused(self.sdk.AuthenticationError, lambda: self.ask("Hello", self.using("hr-wrong")))
        assert error.body["error"]["type"] == "authentication_error", error.body
        error = refused(self.sdk.NotFoundError, lambda: self.ask("Hello", model=UNKNOWN))
        assert error.body["error"]["type"] == "not_found_error", error.body
        error = refused(self.sdk.RateLimitError, lambda: self.ask("Hello", model=PAUSED))
        assert 0 < int(error.response.headers["retry-after"]) <= 60, error.response.headers


class Google:
    def __init__(self):
        from google import genai
        from google.genai import errors, types

        self.sdk, self.types, self.error = genai, types, errors.APIError
        self.client = self.using(KEY)

    def using(self, key):
        return self.sdk.Client(api_key=key, http_options=self.types.HttpOptions(base_url=URL))

    def ask(self, contents, client=None, model=GEMINI, **config):
        models = (client or self.client).models
        config = self.types.GenerateContentConfig(**config)
        return models.generate_content(model=model, contents=contents, config=config)

    def text(self):
        answer = self.ask("Good morning")
        assert "Good morning" in answer.text and answer.usage_metadata.total_token_count > 0, answer

    def stream(self):
        chunks = list(self.client.models.generate_content_stream(model=GEMINI, contents="Good evening"))
        text = "".join(chunk.text or "" for chunk in chunks)
        assert len(chunks) > 1 and "Good evening" in text, chunks

    def tools(self):
        def weather(city: str) -> str:
            """Tells the weather of a city."""
            return f"{city}: blue sky"

        for model in (GEMINI, CLAUDE):
            answer = self.ask("What is the weather?", model=model, tools=[weather])
            assert "Paris: blue sky" in answer.text, answer

    def vision(self):
        image = self.types.Part.from_bytes(data=base64.b64decode(PNG), mime_type="image/png")
        assert "What is this" in self.ask([image, "What is this?"]).text

    def thinking(self):
        config = self.types.ThinkingConfig(include_thoughts=True, thinking_budget=2048)
        parts = self.ask("Think hard", thinking_config=config).candidates[0].content.parts
        assert parts[0].thought and "Think hard" in parts[0].text, parts

    def structured(self):
        more = {"response_mime_type": "application/json", "response_json_schema": ANSWER}
        assert "answer" in json.loads(self.ask("Answer", **more).text)

    def count(self):
        def count(words):
            return self.client.models.count_tokens(model=GEMINI, contents=words).total_tokens

        assert 0 < count("Hello") < count("Hello " * 400)

    def errors(self):
        error = refused(self.error, lambda: self.ask("Hello", self.using("hr-wrong")))
        assert (error.code, error.status) == (401, "UNAUTHENTICATED"), error
        error = refused(self.error, lambda: self.ask("Hello", model=UNKNOWN))
        assert (error.code, error.status) == (404, "NOT_FOUND"), error
        error = refused(self.error, lambda: self.ask("Hello", model=PAUSED))
        assert (error.code, error.status) == (429, "RESOURCE_EXHAUSTED"), error


library, check = CHECK.split(".")
getattr({"openai": OpenAI, "anthropic": Anthropic, "google": Google}[library](), check)()
