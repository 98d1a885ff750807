//! What the people of the demo say to a small coffee roastery.

use super::Line::{
    Card, Choice, File, Film, Photo, Place, Quote, Reaction, Sticker, Tap, Text, Unsupported, Voice,
};
use super::{Line, Script};

const THANKS: &[Line] = &[
    Text("Thank you! 🙏"),
    Reaction("👍"),
    Text("Great, that helps a lot."),
    Text("Perfect, have a lovely day!"),
];
const SHUKRAN: &[Line] = &[
    Text("شكراً جزيلاً 🙏"),
    Reaction("❤️"),
    Text("ممتاز، بارك الله فيكم"),
    Text("تمام، شكراً لكم"),
];
const OBRIGADO: &[Line] = &[
    Text("Muito obrigado! 😊"),
    Reaction("🙏"),
    Text("Perfeito, combinado!"),
    Text("Valeu, até mais!"),
];
const TERIMA_KASIH: &[Line] = &[
    Text("Terima kasih banyak 🙏"),
    Reaction("👍"),
    Text("Oke siap, ditunggu ya"),
    Text("Baik kak, makasih"),
];
const GRACIAS: &[Line] = &[
    Text("¡Mil gracias! 🙌"),
    Reaction("😍"),
    Text("Perfecto, quedo atenta."),
    Text("¡Genial, gracias!"),
];

const HELLO: &[Line] = &[
    Text("Hello? Is anybody there? 🙂"),
    Text("?"),
    Text("Still waiting…"),
];
const MARHABA: &[Line] = &[
    Text("هل من أحد هنا؟"),
    Text("؟؟"),
    Text("أنا في انتظار ردكم"),
];
const ALO: &[Line] = &[
    Text("Oi? Tem alguém aí?"),
    Text("?"),
    Text("Fico no aguardo 🙂"),
];
const PERMISI: &[Line] = &[
    Text("Halo kak?"),
    Text("Permisi, ada orang? 🙂"),
    Text("Masih saya tunggu ya kak"),
];
const HOLA: &[Line] = &[
    Text("¿Hola? ¿Hay alguien?"),
    Text("??"),
    Text("Sigo pendiente 🙂"),
];
const HALLO: &[Line] = &[
    Text("Konnten Sie meine Nachricht schon lesen?"),
    Text("Ich freue mich auf Ihre Rückmeldung."),
];
const ALLO: &[Line] = &[Text("Vous êtes là ?"), Text("Je vous attends 🙂")];

pub(super) const AMELIA: Script = Script {
    opening: &[Text(
        "Hi! I ordered two bags of the Ethiopia on Monday and it still says \"preparing\". Order #4471. Any news?",
    )],
    answers: &[
        Text(
            "Oh good, thanks for checking. Will it arrive before Friday? It's a birthday present 🎁",
        ),
        Text("Brilliant. Could you leave it with the neighbour at number 12 if I'm out?"),
        Reaction("❤️"),
    ],
    pleasantries: THANKS,
    reminders: HELLO,
    musings: &[
        Text("By the way, do you also sell the paper filters for a V60?"),
        Text("Just got the shipping e-mail, thank you!"),
        Text("Is the Guatemala back in stock?"),
    ],
};

pub(super) const SARA: Script = Script {
    opening: &[
        Text("السلام عليكم، هل توصلون القهوة إلى أبوظبي؟"),
        Text("أحتاج كيلو من البن الإثيوبي ☕️"),
        Photo("مثل هذا الكيس بالضبط"),
    ],
    answers: &[
        Quote("رائع! كم تكلفة التوصيل، وهل الدفع عند الاستلام متاح؟"),
        Place(24.4539, 54.3773, "شقتي", "شارع الكورنيش، أبوظبي"),
        Text("هذا موقعي. يناسبني بعد الساعة ٥ مساءً"),
    ],
    pleasantries: SHUKRAN,
    reminders: MARHABA,
    musings: &[
        Text("هل عندكم قهوة عربية بالهيل؟"),
        Text("وصلني الطلب، الرائحة رائعة 😍"),
    ],
};

pub(super) const JOAO: Script = Script {
    opening: &[
        Text("Oi, bom dia! Tenho uma cafeteria no Recife e queria saber sobre preços de atacado."),
        Text("Uns 20 kg por mês, de preferência torra média."),
    ],
    answers: &[
        Text("Ótimo! Vocês emitem nota fiscal e entregam em quantos dias?"),
        File("cadastro-cafeteria.pdf"),
        Text("Mandei o cadastro da empresa. Dá pra começar com uma amostra?"),
    ],
    pleasantries: OBRIGADO,
    reminders: ALO,
    musings: &[Text("Ah, e vocês têm opção descafeinada?"), Voice],
};

pub(super) const NAMELESS: Script = Script {
    opening: &[Text("hello is this the coffee place on harbour street")],
    answers: &[
        Text("ok. what time do you close today"),
        Text("and is there parking nearby? coming with a pram"),
        Text("👌"),
    ],
    pleasantries: THANKS,
    reminders: HELLO,
    musings: &[
        Text("do you have oat milk"),
        Text("sorry, wrong chat 😅 ignore that"),
    ],
};

pub(super) const BUDI: Script = Script {
    opening: &[
        Text("Selamat siang kak, mesin espresso yang saya beli minggu lalu tidak mau menyala 😟"),
        Film("Videonya kak"),
    ],
    answers: &[
        Photo("Ini lampu indikatornya, berkedip merah terus"),
        Text("Sudah saya coba cabut 10 menit, tetap sama. Masih garansi kan kak?"),
        Text("Baik, saya kirim ke alamat servis besok pagi ya"),
    ],
    pleasantries: TERIMA_KASIH,
    reminders: PERMISI,
    musings: &[
        Text("Kak, nomor resi pengirimannya 0099-1234-7781"),
        Text("Kira-kira servisnya berapa hari?"),
    ],
};

pub(super) const YUKI: Script = Script {
    opening: &[Text("こんにちは☀️ Do you ship to Osaka? 🇯🇵📦"), Sticker],
    answers: &[
        Quote("Yay!! 🎉🎉 Which one would you recommend for cold brew? 🧊☕️"),
        Reaction("😍"),
        Text("I'll take 3 bags then 🛍️🛍️🛍️"),
    ],
    pleasantries: &[
        Text("ありがとう〜🙏✨"),
        Reaction("🥰"),
        Text("やった！😆"),
        Text("👩‍🍳👌🏽"),
    ],
    reminders: HELLO,
    musings: &[
        Text("🤔💭 whole beans or ground for a French press?"),
        Text("👨‍👩‍👧‍👦 everyone loves it!!"),
    ],
};

pub(super) const THEODORA: Script = Script {
    opening: &[
        Text(
            "Guten Tag, wir planen am 14. eine Veranstaltung mit etwa 180 Gästen und suchen eine mobile Kaffeebar für den \
         ganzen Tag, idealerweise mit zwei Baristas, Hafermilch und entkoffeinierten Varianten. Könnten Sie uns dafür \
         ein Angebot machen? Strom (400 V) und Wasseranschluss sind vor Ort vorhanden.",
        ),
        File("Ablaufplan_Sommerfest.pdf"),
    ],
    answers: &[
        Quote(
            "Vielen Dank für die schnelle Antwort! Bis wann bräuchten Sie unsere verbindliche Zusage?",
        ),
        File("Lageplan_Veranstaltungsgelaende_Halle_3_Uebersicht_final_v7.pdf"),
        Text("Anbei der Lageplan. Unsere Rechnungsadresse: https://example.com/impressum"),
    ],
    pleasantries: &[
        Text("Herzlichen Dank!"),
        Reaction("👍"),
        Text("Wunderbar, so machen wir es."),
    ],
    reminders: HALLO,
    musings: &[
        Text("Eine Frage noch: Sind die Becher kompostierbar?"),
        Text("Es werden nun doch eher 200 Gäste."),
    ],
};

pub(super) const TOM: Script = Script {
    opening: &[
        Photo("This is how the bag arrived. Half of it is all over the box 😕"),
        Text("Can I get a replacement?"),
    ],
    answers: &[
        Tap("Send me a new one"),
        Text("The order number is #4502. Same address as before."),
        Text("Awesome, really quick service. Do I need to send the old one back?"),
        Reaction("🙏"),
    ],
    pleasantries: THANKS,
    reminders: HELLO,
    musings: &[
        Text("Replacement came today. All good, 5 stars from me ⭐️⭐️⭐️⭐️⭐️"),
        Text("Do you do gift cards?"),
    ],
};

pub(super) const OMAR: Script = Script {
    opening: &[
        Choice(
            "Barista course",
            "Saturdays, 10:00 to 13:00, in Arabic or English",
        ),
        Text("Hi, أريد أسأل about the barista course يوم السبت — هل فيه مكان؟ (2 persons)"),
    ],
    answers: &[
        Text("ممتاز! Is it in English or Arabic? زوجتي prefers العربي"),
        Text("تمام، please book us: Omar + Layla"),
        Reaction("👍"),
    ],
    pleasantries: SHUKRAN,
    reminders: MARHABA,
    musings: &[
        Text("هل نحضر معنا شيء؟ e.g. our own grinder"),
        Text("What time بالضبط؟ 10:00 or 10:30?"),
    ],
};

pub(super) const PRIYA: Script = Script {
    opening: &[Text(
        "Hi team, my subscription renewed but I wanted to pause it for March. Is it too late?",
    )],
    answers: &[
        Quote("Phew, thanks. Please refund to the same card."),
        Unsupported("poll"),
        Text("Sorry, that poll was for another group 🙈"),
    ],
    pleasantries: THANKS,
    reminders: HELLO,
    musings: &[
        Choice("Refunds", "When will my money be back?"),
        Text("Could you switch me to the 500 g bag from April?"),
    ],
};

pub(super) const CAMILLE: Script = Script {
    opening: &[
        Text("Bonjour, je suis perdue… votre boutique est bien près de la gare ?"),
        Voice,
    ],
    answers: &[
        Place(
            48.8443,
            2.3744,
            "Gare de Lyon",
            "Place Louis-Armand, 75012 Paris",
        ),
        Text("Je suis ici. C'est à combien de minutes à pied ?"),
        Text("Super, j'arrive ! Gardez-moi un croissant 🥐"),
    ],
    pleasantries: &[
        Text("Merci beaucoup !"),
        Reaction("❤️"),
        Text("C'est très gentil, merci."),
        Text("À tout de suite !"),
    ],
    reminders: ALLO,
    musings: &[
        Text("Vous êtes ouverts le 1er mai ?"),
        Text("Merci pour l'accueil, c'était délicieux 😊"),
    ],
};

pub(super) const LUCIA: Script = Script {
    opening: &[Text(
        "Hola, quiero un café de olla molido para regalo 🎁 ¿tienen?",
    )],
    answers: &[
        Text(
            "¡Qué bien! ¿Lo pueden envolver y poner una tarjeta que diga «Feliz cumpleaños, mamá»?",
        ),
        Text("Perfecto. ¿Puedo pagar por transferencia?"),
        Card("Mamá", "5215500000322"),
        Quote("Ese es el contacto de mi mamá para la entrega."),
    ],
    pleasantries: GRACIAS,
    reminders: HOLA,
    musings: &[
        Text("¿Y hacen envíos a Oaxaca?"),
        Text("Ya hice la transferencia, les mando el comprobante en un ratito."),
    ],
};

pub(super) const CHIDI: Script = Script {
    opening: &[
        Voice,
        Text(
            "Good afternoon. I sent a voice note; in short: my company wants 40 gift boxes for staff.",
        ),
    ],
    answers: &[
        Text("Thank you. Can each box carry our logo? And what is the price at 40 vs 60 pieces?"),
        Text("That works for us. Please send an invoice to the address on file."),
        Reaction("🙏"),
    ],
    pleasantries: THANKS,
    reminders: HELLO,
    musings: &[
        Text("Management just asked: can we have them by the 20th?"),
        Text("Invoice received, payment goes out tomorrow."),
    ],
};

pub(super) const DEWI: Script = Script {
    opening: &[Text(
        "Halo kak! Mau tanya, promo beli 2 gratis 1 masih ada? 🛒",
    )],
    answers: &[
        Text("Asyik! Boleh campur rasa nggak kak? Gayo 1, Toraja 1, gratisnya Bali 😁"),
        Sticker,
        Quote("Oke, saya transfer sekarang ya kak"),
    ],
    pleasantries: TERIMA_KASIH,
    reminders: PERMISI,
    musings: &[
        Text("Kak, bisa kirim hari ini?"),
        Unsupported("view_once"),
        Text("Paketnya sudah sampai, wangi banget! ☕️"),
    ],
};
