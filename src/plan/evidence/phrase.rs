//! What a sentence of a tutorial asks for or announces: one row a phrase, found by verbs and function words.

use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};

/// What a sentence can say of the block below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) enum Phrase {
    /// It announces what a command shows.
    Output,
    /// It announces what shows only where something is otherwise than it should be.
    Unexpected,
    /// It announces a question of a program.
    Question,
    /// It names lines that are there already.
    Find,
    /// It names lines, and says what becomes of them.
    FindAndChange,
    /// It says under which name to save what stands before it.
    SaveAs,
    /// It describes what is there, and asks for nothing.
    Describes,
    /// A file is made.
    Create,
    /// A file is made that was not there before.
    NewFile,
    /// Something is added to a file.
    Add,
    /// Something goes into a file that is named behind it.
    Into,
    /// At the end of a file.
    AtEnd,
    /// At the beginning of a file.
    AtTop,
    /// Something in a file becomes something else.
    Change,
    /// A file is opened.
    Open,
    /// What follows is the content of a file.
    Content,
    /// A command is run.
    Run,
    /// Something went wrong.
    Failure,
    /// What is missing is installed.
    Missing,
    /// Another way to the same end.
    Otherwise,
    /// Something else that can be done as well, joined by “or”.
    OtherEnd,
    /// Only for readers with another wish.
    Wish,
    /// It undoes what was done.
    Undo,
    /// The reader's own computer.
    OwnComputer,
    /// A window with fields and buttons.
    Interface,
    /// A browser.
    Browser,
    /// It says what to put in for a placeholder.
    Replacing,
    /// It only shows an example.
    Example,
    /// It calls what follows an example of what could be typed.
    ExampleCall,
    /// It says where to read more.
    Pointer,
    /// Only for readers who chose something before.
    Chosen,
    /// It speaks of another way than the usual one.
    OtherWay,
    /// Something can be done as well, or later.
    Possible,
    /// The reader goes from the own computer to the server.
    Connect,
    /// The reader leaves the server, or logs in again.
    LogsOut,
    /// It begins with a verb of daily work, as titles of instructions do.
    Deed,
    /// It begins by setting itself off from what was done before.
    Instead,
    /// A list of what can be done when it is needed.
    Operations,
    /// It takes something away, or ends it.
    Ends,
    /// Nothing has to be done.
    NotNeeded,
    /// The form of lines, not lines.
    Format,
    /// It says how a file ends or begins, or what it has.
    HasContent,
    /// It goes on with what was said just now.
    GoesOn,
    /// One of two that it names.
    Either,
    /// Only for readers who have something that nobody gave them.
    Having,
}

/// A phrase, how it is found, and sentences with and without it. Code of a sentence is read as `_`.
struct Row {
    phrase: Phrase,
    pattern: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "the test walks over them"))]
    with: &'static [&'static str],
    #[cfg_attr(not(test), expect(dead_code, reason = "the test walks over them"))]
    without: &'static [&'static str],
}

const ROWS: &[Row] = &[
    Row {
        phrase: Phrase::Output,
        pattern: r"\b(outputs?|prints?|displays?|returns?|responds?|responses?|results?( in)?|answers? with|shown? (you )?(the following|something|a |like|this)|shows:?$|(it|this|which|that|command|_) (will |should |would )?(shows?|says?|prints?|lists?|reports?|outputs?|returns?|tells?)\b|(you|we)('ll| will| should| can| would|'d| may| might)?( now| also| then)? (see|get|receive|be greeted|be presented)|(looks?|appears?|look) (something |similar |somewhat |more or less |a bit )?(like|as follows|similar)|similar to|something like|the log|terminal shows)\b",
        with: &[
            "Output:",
            "You should see something like this:",
            "It shows:",
            "This should return",
            "The result is:",
            "It prints",
            "`nft list` shows:",
        ],
        without: &["Add the following lines:", "Run the command:", "Create the file `output.txt` with:"],
    },
    Row {
        phrase: Phrase::Unexpected,
        pattern: r"^(\W*)if you already [^,]*, you (might|may|will|would|could) (get|see|receive)\b.*:$|^(\W*)((but|and|however|only|otherwise),? )?(if|in case|should) (you|it|this|that|there|the \w+|nothing|something|anything)\b[^,]*\b(\w+n't|\w+n’t|not|no|nothing|fail\w*|error|missing|wrong)\b.*:$|^(\W*)((but|and|however|only|otherwise),? )?(if|in case) (you|it|the \w+) (do |does )?(see|get|receive|encounter|shows?|says?|prints?|looks? like)s?( \w+){0,4}:$",
        with: &[
            "If you don't have it, you should see:",
            "But if you see:",
            "If it says the following instead:",
            "If the command fails, you will get:",
            "If you already have such a key, you might get something like this:",
        ],
        without: &["If everything is right, you should see:", "You should see:", "If you run it, it shows:"],
    },
    Row {
        phrase: Phrase::Question,
        pattern: r"\b(prompts? (you|us|for)|(will|should|would|be) (be )?(ask|asked|prompted)|asks (you|us|for|if|whether)|ask (you|us)|(will|to) ask)\b",
        with: &[
            "MySQL will ask you to validate the password:",
            "You will be prompted for a name:",
            "It asks for a password",
        ],
        without: &["Ask your provider.", "Type the password.", "Ask for one of them:"],
    },
    Row {
        phrase: Phrase::Find,
        pattern: r"\b((find|look for|search for|locate|scroll (down )?to|go to|there is|you('ll| will)? find)\b.*\b(lines?|section|following|block|entry|entries|these|this|part|directive|setting|option|value)|(find|look for|search for|locate):?$|(change|replace|from|changing|replacing) (this|these|the following)( lines?)?:?$|(uncomment|remove|delete|comment out) (this|these|the following|the)( \w+)? lines?|remove:?$|delete:?$|should (already )?(contain|have|be) (the following|these|this|a few))",
        with: &[
            "Find this line:",
            "Look for these lines:",
            "Search for the following section:",
            "Then we find the line (near the end):",
            "Change this line:",
            "It should already contain the following lines:",
        ],
        without: &["Find out more.", "Change it to:", "Add this line:"],
    },
    Row {
        phrase: Phrase::FindAndChange,
        pattern: r"\b(and|then) (change|edit|adapt|adjust|modify|replace|set) (it|them|this|these|its value)\b.*:$",
        with: &["Find the line that sets `listen`, and change it so it looks like the following:"],
        without: &["Find this line:", "Find the line and change:", "Look for it and change it."],
    },
    Row {
        phrase: Phrase::SaveAs,
        pattern: r"^\W*((then|now|and|next|finally),? )?save (the |this |your |it\b|them\b)[^.]*\b(as|to|under|in)\b",
        with: &["Save the file as `startup.sh`.", "Now save it to `/etc/x.conf`", "Save this script as `a`"],
        without: &["Save the file and close the editor.", "You can save it as `x`"],
    },
    Row {
        phrase: Phrase::Describes,
        pattern: r"\b(contains?|includes?|consists?|defines?|describes?|means|explained|explains?|is (the|a|an|used|responsible|located|configured|equivalent|the same)|are|might look|may look|could look like|looks like|(in|has|have) (the |a )?(following )?(format|form|pattern|structure|syntax)|syntax|structure|for reference|behind the scenes|under the hood|internally|excerpt|snippet|default(s)? (is|are)|by default)\b",
        with: &["The file `a.yaml` defines the service.", "It has the following format:", "The structure is:"],
        without: &["Create the file `a.yaml`.", "Add this line:"],
    },
    Row {
        phrase: Phrase::Create,
        pattern: r"\b(creat(e|es|ing)|make|write|sav(e|ing)|generate|put|place|store|set ?up|prepare)\b",
        with: &["Create a file called `x`:", "Save this as `x`:", "Let's make a file `x`"],
        without: &["Run it:", "Created by me"],
    },
    Row {
        phrase: Phrase::NewFile,
        pattern: r"\bcreat(e|es|ing) (a|an|another)( (new|text|unit|_|[\w.+/-]{5,})){0,3} file\b|\b(creat(e|es|ing)|make|open|start|generate|write|add)\b (a|an|another)( [\w-]+)? (new|empty|blank)( (text|unit|_|[\w.+/-]{5,})){0,3} file\b",
        with: &[
            "Create a new file for the message:",
            "Create a file called `x`:",
            "Let's create an empty file:",
            "Open a new configuration file:",
            "Creating a systemd service file",
        ],
        without: &[
            "Create the file `x`:",
            "Create a line in the file:",
            "Open the new file:",
            "Create a copy of the file:",
            "Add a new line to the file:",
        ],
    },
    Row {
        phrase: Phrase::Add,
        pattern: r"\b(add(s|ing)?|append(ing)?|insert(ing)?|paste|pasting|put|enter|fill|include|extend|copy|write|type in|populate)\b",
        with: &["Add the following lines:", "Paste this:", "Append it to the file:"],
        without: &["In addition:", "Copied:"],
    },
    Row {
        phrase: Phrase::Into,
        pattern: r"\b(add|append|insert|paste|put|enter|include|copy|write|save)\b[^.]* (to|in|into|inside|within|at|as) (the |your |our |a )?(\S+ ){0,4}?(_|file)",
        with: &["Add the gem to the application's `Gemfile`:", "Put it into the file:", "Paste this in `x`:"],
        without: &["Add this line:", "Run it in `x`:"],
    },
    Row {
        phrase: Phrase::AtEnd,
        pattern: r"\b(append(ing)?|at the (very )?(end|bottom)|to the (very )?(end|bottom)|at the last line|the (end|bottom) of)\b",
        with: &["Add this at the end:", "Append:", "Add to the bottom of the file:"],
        without: &["Add it:", "In the end:"],
    },
    Row {
        phrase: Phrase::AtTop,
        pattern: r"\b(prepend|(at|to|on) (the )?(very )?(top|beginning|start)|as the first line)\b",
        with: &["Add this at the top:", "Add it to the beginning of the file:"],
        without: &["Add it at the end:", "Start it:"],
    },
    Row {
        phrase: Phrase::Change,
        pattern: r"\b(chang(e|ing)|replac(e|ing)|modif(y|ies)|updat(e|ing)|adjust|set(ting)?|edit|adapt|uncomment|overwrite|configure|becomes?|should (then |now )?look|so that it looks?|to look like|make (it|the file|sure) (look|it looks|that))\b",
        with: &["Change it to:", "Replace it with the following:", "It should look like this:", "Set the values:"],
        without: &["Add this:", "Install it:"],
    },
    Row {
        phrase: Phrase::Open,
        pattern: r"\b(open|edit|editing|opening)\b",
        with: &["Open the file `x`:", "Now edit `x`:"],
        without: &["The editor:", "Opened:"],
    },
    Row {
        phrase: Phrase::Content,
        pattern: r"\b(contents?|(following|these|this|the|below) (\w+ ){0,2}(lines?|text|code|config(uration)?|settings?|snippet|script|block|section|entry|entries|rules?|directives?|unit|values?|record|stanza|template|parameters?|variables?)|(_|file) (\w+ )?(ends|begins|starts) with)\b",
        with: &[
            "with the following content:",
            "add these lines:",
            "Paste this code:",
            "add the following Apache directives",
        ],
        without: &["Run the following command:", "Install these packages:"],
    },
    Row {
        phrase: Phrase::Run,
        pattern: r"\b(run|running|execute|executing|type|enter|issue|invoke|call|use|using|launch|start|restart|reload|install|installing|apply|check|verify|test|commands?)\b",
        with: &["Run the following command:", "Then install it:", "Check the status:"],
        without: &["Add this line:", "Output:"],
    },
    Row {
        phrase: Phrase::Failure,
        pattern: r"\b(if|in case|when(ever)?|should)\b.*\b(errors?|fail(s|ed|ure)?|problems?|issues?|troubles?|wrong|(does|do|did|is|are)(n't|n’t| not) (work|start|run|show|see|appear|seem|responding|running|working)|not work(ing)?|cannot|can't|can’t|unable|denied|refused|stuck|crash(es|ed)?|time(s)? ?out|lost|broken|conflicts?|warning)\b|^(troubleshooting|fix(ing)?|common (errors|issues|problems))\b",
        with: &[
            "If you encounter permission issues:",
            "If that doesn't work, try:",
            "In case of an error:",
            "Troubleshooting",
        ],
        without: &["If you have a domain:", "It fails.", "If it is not installed, install it:"],
    },
    Row {
        phrase: Phrase::Missing,
        pattern: r"\b(if|in case|unless)\b.*\b((is|are)(n't|n’t| not)( yet| already)? (yet |already )?(installed|there|available|present|set)|(do|does|did)(n't|n’t| not) (already |yet )?(have|exist|installed?)|(have|has)(n't|n’t| not)|not (yet |already )?(installed|done|exist|have|present)|missing|already)\b",
        with: &[
            "If you don't have screen installed yet, you can install it now with:",
            "If `git` is not installed, install it:",
        ],
        without: &["If you prefer another one:", "Install it."],
    },
    Row {
        phrase: Phrase::Otherwise,
        pattern: r"^(or|or else|alternatively|alternatives?|otherwise|as an alternative|you (can|could|may) also)\b|\b(alternatively|alternatives? (is|to|way|would|method)|another (way|option|method|possibility)|(a |the )?(second|third|other) (way|option|method|variant)|instead of|(you|we) (can|could|may) (instead|alternatively)|, or$|instead)\b",
        with: &["Or:", "Alternatively, use:", "You can also run:", "Another way is:", "Use this instead:"],
        without: &["Order it:", "This is the way."],
    },
    Row {
        phrase: Phrase::OtherEnd,
        pattern: r"^\W*or,? (to|for) \w+",
        with: &["Or, to format it:", "Or for data in a file:"],
        without: &["Or:", "Or use it by:", "Or with the other one:"],
    },
    Row {
        phrase: Phrase::Wish,
        pattern: r"\bif\b.*\b(no longer|anymore|any more|not (required|needed|wanted))\b|\b(if|in case|should) (you|your|we)\b.*\b(prefer|rather|instead|another|different|other|no longer|more than one|multiple|several|both|older|only|without|do not (want|need|wish)|don't (want|need|wish)|also|on (arch|fedora|centos|rhel|red hat|suse|opensuse|alpine|freebsd|macos|mac|windows|ubuntu|debian)|uninstall|remove|want to (use|change|delete|stop|restore|update|upgrade|disable|undo|revert|go back))\b",
        with: &["If you prefer Apache:", "If you want to use a different version, use:", "If you are on Fedora:"],
        without: &["If you want, look at it:", "If it is missing:"],
    },
    Row {
        phrase: Phrase::Undo,
        pattern: r"\b(to|for) (completely |fully |cleanly )?(uninstall(ing)?|undo(ing)?|revert(ing)?|roll(ing)? ?back)\b",
        with: &["To uninstall it, run:", "To roll back:", "To undo the change:"],
        without: &["Run it now:", "Install it:", "To disable swap, run:", "Remove the old version first:"],
    },
    Row {
        phrase: Phrase::OwnComputer,
        pattern: r"\b(on|from|in|to|at|of|onto) (your|the|my|our|a|another) (own |other )?((local|personal|home|host|client|developer|development|management|admin|windows|linux client|mac|second) )+(machine|computer|device|system|pc|laptop|workstation|terminal|shell|client|host|desktop|cli|environment)\b|\b(on|from|in|to|at|onto) (your|the|my|our) (own )?(laptop|computer|pc|workstation|desktop|mac|macbook)\b|\b(on|from|in|at) (your|the|my|our) (own )?client\b|\byour (existing |own )?local (\w+ )?server\b|\b(local (machine|computer|device|workstation|pc|laptop|system|client))\b|\blocally\b|\bpowershell\b|\bon the client\b|\b(log|output|window|screen|console)s? of (the|your|a) (\w+ )?client\b|\b(the|your) client('s|’s) (log|output|window|screen|console)\b",
        with: &[
            "On your local machine, run:",
            "From your laptop:",
            "Run this on the client:",
            "In PowerShell:",
            "The log of the FTP client then says:",
            "Your client's window shows:",
        ],
        without: &[
            "On your server:",
            "The local network:",
            "Add the key of the server to the client:",
            "Open the MySQL client:",
        ],
    },
    Row {
        phrase: Phrase::Interface,
        pattern: r"\b(click(ing)?|menu|button|dialog|text ?box|drop-?down|check ?box|tab|icon|pop-?up|wizard)\b",
        with: &["Click on the icon and enter:", "In the settings menu, set:"],
        without: &["Press enter:", "In a terminal:"],
    },
    Row {
        phrase: Phrase::Browser,
        pattern: r"\b(browsers?|visit|visiting|browse|navigate to|web ?interface|web ?ui|url|web ?page|dashboard)\b",
        with: &["Open it in your browser:", "Visit:"],
        without: &["Open the file:", "Run it:"],
    },
    Row {
        phrase: Phrase::Replacing,
        pattern: r"^(\W*)(please |make sure to |be sure to |remember to |don't forget to |do not forget to |you (need|have) to |note:? |of course )*(replace|substitute|replacing) .*\b(with|by)\b|^(\W*)(in the (content|text|command|example)s? below,? )?(change|replace):?$",
        with: &["Replace `X` with your own domain.", "Make sure to replace `a` with the name"],
        without: &["Replace it:", "Add this:"],
    },
    Row {
        phrase: Phrase::Example,
        pattern: r"\b(for example|e\.g\.?|for instance|an example|as in the example|such as)\b|\bexample:?$",
        with: &["For example:", "Here is an example:", "Example:"],
        without: &["Output:", "The exam"],
    },
    Row {
        phrase: Phrase::ExampleCall,
        pattern: r"\b(here('s| is)|this is|below is|the following is) an? (\w+ )?example|^(an )?example (call|command|of|for)\b",
        with: &[
            "Here is an example call for a whole system:",
            "An example of such a call:",
            "Example for a small one:",
            "Here's a quick example that maps a port:",
        ],
        without: &["For example, run:", "Example output:"],
    },
    Row {
        phrase: Phrase::Pointer,
        pattern: r"\b(check out|see|refer to|(have|take) a (\w+ )?look|visit|read (about|more|on|the)|consult|mentioned)\b",
        with: &["check out the options that are mentioned below", "see the documentation"],
        without: &["run it", "look at it", "the text that we read from it"],
    },
    Row {
        phrase: Phrase::Chosen,
        pattern: r"^\W*(if|in case) you (have |had )?(added|chose|chosen|opted|selected|picked|decided|went)\b",
        with: &["If you chose the second one, run:", "If you added a proxy above:"],
        without: &["If you have a domain:", "You chose well."],
    },
    Row {
        phrase: Phrase::OtherWay,
        pattern: r"\b(an?|another|some) (alternative|different|other) (method|way|approach|variant|option|tool)\b|\b(not|less) recommended\b",
        with: &[
            "You can replace it with an alternative method:",
            "Another way is this one; a different approach",
            "(not recommended)",
        ],
        without: &["the only way", "It is recommended to:"],
    },
    Row {
        phrase: Phrase::Possible,
        pattern: r"\b(you|we)( can| may|'ll be able to| will be able to) (also|later|now also)?\b[^.]*\b(later|any ?time|whenever|at any (time|point)|in (the )?future)\b|^\W*(after|once|when)\b.*\b(you|we)('ll| will) be able to\b|^\W*(whenever|from now on|in (the )?future)\b",
        with: &[
            "After the next step, you will be able to start and stop it:",
            "You can restart it at any time:",
            "In future, you can update it by:",
        ],
        without: &["You can now start it:", "You can also see:"],
    },
    Row {
        phrase: Phrase::Connect,
        pattern: r"^\W*((first|then|next|now|after that|finally|once|when|after)\b[^,]*,? )?(please )?((you|we) (can |should |need to |have to |will )?)?(now )?(connect|connecting|reconnect|log ?in|logging in|ssh|sign in|open an? ssh|establish an? ssh|move|switch|go over)\b.*\b(to|into|in|on)\b.*\b(server|instance|vm|machine|vps|droplet|host|node)s?\b",
        with: &[
            "Connect to your server with SSH:",
            "Now log in to the server:",
            "Next, SSH into the instance:",
            "We can now move to the server:",
        ],
        without: &["The server connects to the database:", "Run it on your server:"],
    },
    Row {
        phrase: Phrase::LogsOut,
        pattern: r"\b(log(ging)? ?-?(out|off)|logout|sign(ing)? out|log(ging)?( back)? ?in(to)?( \w+){0,3} again|log(ging)? back in|re-?log(ging)?(in)?|reconnect(ing)?|connect again|(new|another|fresh) (ssh |login |shell )*(session|login)|(close|end|leave|exit|quit|terminate|restart|reopen)(ing)? (the|your|this|from) (\w+ )?(session|connection|terminal|shell|ssh|server)s?)\b",
        with: &[
            "Log out and log in again:",
            "For this to take effect, log out and back in.",
            "Close the SSH session:",
            "Exit the terminal and reconnect:",
            "Now log into the server again as the new user",
        ],
        without: &["Log in to the server:", "Leave the database:", "Exit the container:", "Look at the log:"],
    },
    Row {
        phrase: Phrase::Deed,
        pattern: r"^\W*(go|get|list|show|view|see|look|log|let|let's|delete|remove|stop|kill|end|download|upload|switch|exit|leave|enable|disable|move|navigate|clone|build|allow|give|grant|verify|connect|import|export|rename|unpack|extract|reboot|wait|make|find|change|\w+ing)\b",
        with: &["Go back to it", "List all of them", "Enabling the service"],
        without: &["RAID 5", "Debian", "CPU only"],
    },
    Row {
        phrase: Phrase::Instead,
        pattern: r"^\W*(instead of (doing )?(that|this|it|so|using)\b|(another|a different|a second|an alternative) (way|option|method|approach|possibility) (is|to|would)\b|alternatively\b|as an alternative\b)",
        with: &[
            "Instead of doing that you can mount it",
            "Another way is to build it",
            "Alternatively, use a container",
        ],
        without: &["Use this instead of that:", "Install another way to log in"],
    },
    Row {
        phrase: Phrase::Operations,
        pattern: r"\b(useful|helpful|common|handy|other) commands\b|\b(you|we) (can|may|could) (now |also |then )?(use|run) (these|the following|any of these|one of (these|the following)) commands\b",
        with: &["To go back to it, you can use these commands:", "Some useful commands:"],
        without: &["Run the following commands:", "You can use this command:"],
    },
    Row {
        phrase: Phrase::Ends,
        pattern: r"^\W*((to|how to) )?(delete|remove|stop|kill|end|quit|terminate|destroy|shut ?down|deactivate|uninstall)\b",
        with: &["Delete the session", "To stop it:", "Kill all of them:"],
        without: &["List all sessions", "Install it and delete the archive"],
    },
    Row {
        phrase: Phrase::NotNeeded,
        pattern: r"\b(you|we) (do not|don't|don’t) (need|have) to (change|do|edit|adapt|adjust|set|configure) (anything|something|it|them)\b|\bnothing (needs|has) to be (changed|done)\b|\bno (changes?|action) (is|are) (needed|required|necessary)\b",
        with: &["If it has none, you do not need to change anything.", "No changes are required"],
        without: &["You do not need to be root:", "You don't have to restart it"],
    },
    Row {
        phrase: Phrase::Format,
        pattern: r"\b(in|has|have|of|with|use|uses) (the |this |a )?(following |same |simple )?(format|syntax|form|pattern)\W*$|\b(the|its) (general )?(format|syntax|pattern) (is|looks|of)\b[^.]*:$",
        with: &["They are saved in `x.csv` in the following format:", "The syntax is:", "Each line has this form:"],
        without: &["Format the disk:", "Use the same format as above and run:", "Add it in the form below the title:"],
    },
    Row {
        phrase: Phrase::HasContent,
        pattern: r"(_|\bfile) (now |then |should |will )?(ends|begins|starts|end|begin|start) with\W*$",
        with: &["In my case the `.profile` file ends with", "The file should begin with:"],
        without: &["Each file ends with a newline", "End the file with Ctrl+D:"],
    },
    Row {
        phrase: Phrase::GoesOn,
        pattern: r"^\W*(and )?(for example|e\.g|place this|put this|add this|do this|do so)\b",
        with: &["For example, a container:", "Place this directive after `x`:"],
        without: &["Next, install it:", "Then run it:", "Start it and do this:"],
    },
    Row {
        phrase: Phrase::Either,
        pattern: r"\beither _ or _",
        with: &["You can use either `awk` or `grep`."],
        without: &["Use `awk` or `grep`", "It is either on or off"],
    },
    Row {
        phrase: Phrase::Having,
        pattern: r"^(\W*\w+\W*:)?\W*(if|in case) (you|your \w+) (already |also )?(have|has|own|own|use|uses|added|chose|got)\b",
        with: &["**Important**: If you have a chain of certificates, add it.", "If your host has a panel, use it."],
        without: &["If you see this, run it:", "Look if you have it."],
    },
];

static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let regex = |row: &Row| RegexBuilder::new(row.pattern).case_insensitive(true).build().expect("a valid pattern");
    ROWS.iter().map(regex).collect()
});

/// Whether a text has a phrase.
pub(in crate::plan) fn says(phrase: Phrase, text: &str) -> bool {
    let text = without_code(text);
    ROWS.iter().zip(PATTERNS.iter()).any(|(row, pattern)| row.phrase == phrase && pattern.is_match(&text))
}

/// The text with `_` for what stands in backquotes.
pub(in crate::plan) fn without_code(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts.map(|(number, part)| if number % 2 == 0 { part } else { "_" }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_finds_its_sentences() {
        for row in ROWS {
            for text in row.with {
                assert!(says(row.phrase, text), "{:?}: {text}", row.phrase);
            }
            for text in row.without {
                assert!(!says(row.phrase, text), "{:?}: {text}", row.phrase);
            }
        }
    }
}
