//! What can be wrong with a field, in both languages.
//!
//! English is what clients are told; the log of requests says it in the reader's language. What the parser of JSON
//! says stays in its words.

use domain::policy::words::Spoken;
use std::fmt;

/// What is wrong with a field, in words that follow its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// It names a function that is not offered.
    NotAmongTools,
    /// There is nothing in it.
    Empty,
    /// A count below one.
    BelowOne,
    /// A count outside of one to this.
    NotUpTo(i64),
    /// A list of these things with nothing in it.
    NoneOf(Thing),
    /// Something deeper than anybody nests.
    TooDeep,
    /// It is no object, or one that is nested too deep.
    NoObject,
    /// It is none of these words, as an English list, e.g. `user or model`.
    NoneOfWords(&'static str),
    /// It is no media type.
    NoMediaType,
    /// The format of a sound has a name of letters and digits.
    NoFormat,
    /// A system message with something else than text.
    TextOnly,
    /// A kind of part that is not taken.
    PartOf(String),
    /// It is no size of a picture.
    NoSize,
    /// It is neither a word for a choice nor a function's name.
    NoChoice,
    /// A body that came too slowly.
    TooSlow,
    /// A body shorter than it was said to be.
    TooShort,
    /// A header that may be there once.
    MoreThanOnce,
    /// A header that excludes `Content-Length`.
    NotWithLength,
    /// A connection that is to become something else.
    NoUpgrade,
    /// What the parser says.
    Parser(String),
}

/// Things that a list must have at least one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// Of Google's dialect.
    Content,
    /// Of a conversation.
    Message,
    /// Of OpenAI's Responses.
    Item,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAmongTools => "names a function that is not among the tools",
            Self::Empty => "must not be empty",
            Self::BelowOne => "must be at least 1",
            Self::NotUpTo(most) => return write!(f, "must be 1 to {most}"),
            Self::NoneOf(Thing::Content) => "must have at least one content",
            Self::NoneOf(Thing::Message) => "must have at least one message",
            Self::NoneOf(Thing::Item) => "must have at least one item",
            Self::TooDeep => "nested too deep",
            Self::NoObject => "must be an object, not nested too deep",
            Self::NoneOfWords(words) => return write!(f, "must be {words}"),
            Self::NoMediaType => "must be a media type such as image/png",
            Self::NoFormat => "not a format",
            Self::TextOnly => "a system message takes text only",
            Self::PartOf(kind) => return write!(f, "parts of the type {kind:?} are not taken here"),
            Self::NoSize => "must be auto or WIDTHxHEIGHT, each 64 to 8192",
            Self::NoChoice => "must be auto, none, required or name a function",
            Self::TooSlow => "came too slowly",
            Self::TooShort => "ended before its length",
            Self::MoreThanOnce => "given more than once",
            Self::NotWithLength => "does not go with Content-Length",
            Self::NoUpgrade => "nothing is upgraded here",
            Self::Parser(words) => words,
        })
    }
}

impl Spoken for Problem {
    fn in_chinese(&self) -> String {
        match self {
            Self::NotAmongTools => "所指的函数不在工具之中".to_owned(),
            Self::Empty => "不能为空".to_owned(),
            Self::BelowOne => "至少为 1".to_owned(),
            Self::NotUpTo(most) => format!("应为 1 到 {most}"),
            Self::NoneOf(Thing::Content) => "至少要有一项内容".to_owned(),
            Self::NoneOf(Thing::Message) => "至少要有一条消息".to_owned(),
            Self::NoneOf(Thing::Item) => "至少要有一个条目".to_owned(),
            Self::TooDeep => "嵌套太深".to_owned(),
            Self::NoObject => "应为对象，且嵌套不能太深".to_owned(),
            Self::NoneOfWords(words) => format!("应为 {}", words.replace(", ", "、").replace(" or ", " 或 ")),
            Self::NoMediaType => "应为媒体类型，例如 image/png".to_owned(),
            Self::NoFormat => "不是一种格式".to_owned(),
            Self::TextOnly => "系统消息只能是文本".to_owned(),
            Self::PartOf(kind) => format!("这里不接受 {kind:?} 类型的部分"),
            Self::NoSize => "应为 auto 或 宽x高，各为 64 到 8192".to_owned(),
            Self::NoChoice => "应为 auto、none、required，或指定一个函数".to_owned(),
            Self::TooSlow => "传输太慢".to_owned(),
            Self::TooShort => "未达到声明的长度就结束了".to_owned(),
            Self::MoreThanOnce => "出现了不止一次".to_owned(),
            Self::NotWithLength => "不能与 Content-Length 同时使用".to_owned(),
            Self::NoUpgrade => "这里不支持升级连接".to_owned(),
            Self::Parser(words) => format!("无法读取，解析器的原话：{words}"),
        }
    }
}

/// Something that a way of asking does not offer, and what to do instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unoffered {
    /// More than one answer, streamed.
    StreamedAnswers,
    /// More than one answer of a model that gives one.
    Answers,
    /// More than one prompt of the old completions.
    Prompts,
    /// A picture that comes bit by bit.
    PictureInPieces,
    /// More than one picture, or none.
    Pictures,
    /// An answer to be fetched later.
    Later,
    /// A tool of Anthropic's own.
    ToolOfAnthropic,
    /// A tool of OpenAI's own.
    ToolOfOpenAi,
}

impl Unoffered {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::StreamedAnswers => {
                ("more than one streamed answer", "Ask once for each, or without `stream`.")
            }
            Self::Answers => ("more than one answer with this model", "Ask once for each."),
            Self::Prompts => ("more than one prompt in a request", "Ask once for each."),
            Self::PictureInPieces => ("an image in pieces", "Ask without `stream`."),
            Self::Pictures => ("any number of images but one", "Ask once for each."),
            Self::Later => ("an answer to be fetched later", "Ask without `background`."),
            Self::ToolOfAnthropic => {
                ("every tool in the list", "Tools with an input_schema and web_search are.")
            }
            Self::ToolOfOpenAi => ("every tool in the list", "Functions, custom tools and web_search are."),
        }
    }
}

impl fmt::Display for Unoffered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, instead) = self.words();
        write!(f, "{what} is not offered here. {instead}")
    }
}

impl Spoken for Unoffered {
    fn in_chinese(&self) -> String {
        match self {
            Self::StreamedAnswers => "这里不支持一次流式返回多个回答。请逐个请求，或去掉 `stream`。",
            Self::Answers => "这个模型一次只给一个回答。请逐个请求。",
            Self::Prompts => "这里不支持一次多个提示。请逐个请求。",
            Self::PictureInPieces => "这里不支持分段返回图片。请去掉 `stream`。",
            Self::Pictures => "这里一次只生成一张图片。请逐张请求。",
            Self::Later => "这里不支持稍后再取的回答。请去掉 `background`。",
            Self::ToolOfAnthropic => "列表中有这里不支持的工具。支持带 input_schema 的工具和 web_search。",
            Self::ToolOfOpenAi => "列表中有这里不支持的工具。支持函数、自定义工具和 web_search。",
        }
        .to_owned()
    }
}
