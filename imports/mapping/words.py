"""The words people and lead portals write above their columns, best first within each field.

Collected from the downloads of Facebook lead ads, Google Forms, Shiksha, CollegeDunia, Sulekha, JustDial and IndiaMART,
and from sheets typed by hand in English, Hindi (both scripts), Marathi and other Indian languages. The order matters:
when two columns could fill one field, the one whose word stands further up wins.
"""

from imports.mapping.fields import Field

SYNONYMS: dict[Field, str] = {
    Field.NAME: """
        student name, student full name, candidate name, aspirant name, applicant name, prospect name, lead
        name, customer name, contact name, client name, enquirer name, learner name, pupil name, full name,
        name, name of student, name of the student, name of candidate, name of the candidate, name of
        applicant, name of the applicant, name of aspirant, your name, your full name, what is your name,
        sender name, buyer name, user name, person name, visitor name, names, nmae, naem, nme, student,
        candidate, aspirant, applicant, prospect, lead, contact person, naam, nam, pura naam, poora naam,
        chhatra ka naam, vidyarthi ka naam, student ka naam, aapka naam, नाम, पूरा नाम, आपका नाम, छात्र का
        नाम, विद्यार्थी का नाम, नाव, पूर्ण नाव, विद्यार्थ्याचे नाव, পূর্ণ নাম, পুরো নাম, নাম, નામ, ਨਾਮ, ନାମ,
        பெயர், పేరు, ಹೆಸರು, പേര്, نام, پورا نام
    """,
    Field.PHONE: """
        student mobile, student mobile number, student mobile no, student phone, student phone number,
        student phone no, student contact number, student contact no, candidate mobile, candidate mobile
        number, candidate phone, candidate contact number, mobile number, mobile, mobile no, mob no, mob,
        mobile phone, cell, cell number, cell phone, cellphone, phone number, phone, phone no, contact
        number, contact no, contact phone, contact mobile, sender mobile, sender phone, buyer mobile, caller
        number, calling number, lead phone, lead mobile, prospect mobile, prospect phone, customer phone,
        customer mobile, customer number, primary phone, primary mobile, primary number, primary contact,
        primary contact number, phone 1, mobile 1, mobile no 1, contact 1, contact no 1, number 1, phone1,
        registered mobile, registered mobile number, personal number, personal mobile, your mobile number,
        your phone number, your contact number, what is your mobile number, mobile number whatsapp, whatsapp
        mobile number, whatsapp number, whatsapp no, whatsapp, whats app, whats app number, whatsapp phone,
        whatsapp phone number, wa, wa number, wa no, watsapp, watsapp number, wp number, telephone,
        telephone number, telephone no, tel, tel no, ph, ph no, phn, phn no, mbl, mbl no, mo no, phone
        numbers, mobile numbers, contact numbers, contact details, contact info, contact, contacts, mobail,
        mobail number, mobile nambar, phon, phone nambar, fon, fon number, sampark, sampark number,
        doorbhash, durbhash, मोबाइल, मोबाइल नंबर, मोबाइल नम्बर, मोबाइल न, मोबाईल, मोबाईल नंबर, फोन, फोन
        नंबर, फोन नम्बर, संपर्क, संपर्क नंबर, सम्पर्क, सम्पर्क नंबर, संपर्क क्रमांक, दूरभाष, दूरभाष क्रमांक,
        भ्रमणध्वनी, भ्रमणध्वनी क्रमांक, व्हाट्सएप, व्हाट्सएप नंबर, व्हाट्सऐप नंबर, व्हॉट्सअॅप नंबर, ফোন, ফোন
        নম্বর, মোবাইল, মোবাইল নম্বর, ફોન, ફોન નંબર, મોબાઇલ, મોબાઇલ નંબર, મોબાઈલ નંબર, ਫੋਨ, ਮੋਬਾਈਲ, ਫੋਨ ਨੰਬਰ,
        தொலைபேசி, கைபேசி, மொபைல், போன், தொலைபேசி எண், கைபேசி எண், ఫోన్, ఫోన్ నంబర్, మొబైల్, మొబైల్ నంబర్,
        ಫೋನ್, ಮೊಬೈಲ್, ದೂರವಾಣಿ, ಮೊಬೈಲ್ ಸಂಖ್ಯೆ, ഫോൺ, ഫോൺ നമ്പർ, മൊബൈൽ, മൊബൈൽ നമ്പർ, ഫോണ്‍, ഫോണ്‍ നമ്പര്‍, فون, فون نمبر,
        موبائل, موبائل نمبر
    """,
    Field.OTHER_PHONE: """
        alternate number, alternate phone, alternate phone number, alternate mobile, alternate mobile
        number, alternate contact, alternate contact number, alternative number, alternative phone,
        alternative mobile, alternative contact number, alt number, alt no, alt phone, alt mobile, alt
        contact, other number, other phone, other mobile, other contact, other contact number, second
        number, second phone, secondary number, secondary phone, secondary mobile, secondary contact, extra
        phones, extra phone, further numbers, other phones, phone 2, phone2, mobile 2, mobile no 2, contact
        2, contact no 2, number 2, father phone, father mobile, father number, father contact, father
        contact number, fathers phone, fathers mobile, mother phone, mother mobile, mothers mobile, parent
        phone, parent mobile, parent number, parent contact, parents contact number, parents mobile,
        guardian phone, guardian mobile, guardian contact, landline, landline number, landline no, home
        phone, residence phone, office phone, office landline, emergency contact, emergency contact number,
        वैकल्पिक नंबर, पिता का मोबाइल, अभिभावक का मोबाइल
    """,
    Field.AREA: """
        area, locality, city, loc, area city, city area, place, location, town, city town, town city, city
        name, area name, current city, home town, hometown, native place, your city, student city, candidate
        city, sender city, region, zone, neighbourhood, village, from where, where are you from, where do
        you live, where do you stay, residence, residing at, current location, current residence, city of
        residence, place of residence, resident city, taluka, tehsil, district, address, full address,
        address with pin code, address with pincode,
        postal address, current address, permanent address, residential address, sender address, street
        address, state, sheher, shehar, shahar, shahr, kshetra, jagah, sthan, gaon, gaav, zila, jila, pata,
        ilaka, शहर, आप किस शहर से हैं, क्षेत्र, इलाका, स्थान, जगह, गाँव, गांव, गाव, ठिकाण, पता, पत्ता, जिला,
        ज़िला, जिल्हा, परिसर, এলাকা, শহর, ঠিকানা, શહેર, વિસ્તાર, સ્થળ, ਸ਼ਹਿਰ, ਇਲਾਕਾ, ஊர், இடம், நகரம்,
        பகுதி, ప్రాంతం, ఊరు, నగరం, ಊರು, ಸ್ಥಳ, ನಗರ, ಪ್ರದೇಶ, സ്ഥലം, നഗരം, പ്രദേശം, شہر, پتہ, علاقہ
    """,
    Field.DATE: """
        enquiry date, inquiry date, lead date, query date, date of enquiry, date of inquiry, date, dt, enq
        date, enq dt, टाइमस्टैम्प, enquired on, enquired at, first enquired on, date of first enquiry, lead
        created date, lead created on, lead created at, lead generated date, lead generation date, lead
        received date, received date, received on, received at, lead time, enquiry time, enquiry date time,
        query time, query date time, created time, created on, created at, created date, created, creation
        date, date created, create date, creation time, added on, date added, added date, entry date, date
        of entry, submission date, submitted on, submitted at, submission time, submitted date, registration
        date, registered on, response date, call date, date of call, visit date, date of visit, walk in
        date, capture date, captured on, timestamp, time stamp, date time, date and time, date added on,
        datetime, generated on, generated date, time, day, tareekh, tarikh, taarikh, dinank, tithi, तारीख,
        तारीख़, दिनांक, तिथि, दिनाङ्क, তারিখ, તારીખ, ਤਾਰੀਖ, ਮਿਤੀ, தேதி, తేదీ, ದಿನಾಂಕ, തീയതി, തിയ്യതി
    """,
    Field.REMARK: """
        remark, remarks, rmk, rmks, comment, comments, note, notes, counsellor remark, counsellor remarks,
        call remark, call remarks, calling remarks, remarks if any, any remarks, lead remarks, student
        remarks, message, your message, messages, query, queries, your query, any questions, any question,
        any other questions, questions, question, कोई प्रश्न, प्रश्न, enquiry, enquiry message, enquiry
        details, query details, requirement, requirements, requirement details, description, details,
        feedback, call feedback, observation, conversation, discussion, follow up remarks, follow up notes,
        additional info, additional information, other details, comments remarks, tippani, tippni, vivaran,
        sandesh, sujhav, टिप्पणी, विवरण, संदेश, सन्देश, शेरा, टीप, अभिप्राय, মন্তব্য, નોંધ, ટિપ્પણી, ਟਿੱਪਣੀ,
        குறிப்பு, గమనిక, ಟಿಪ್ಪಣಿ, കുറിപ്പ്
    """,
    Field.EMAIL: """
        email, emial, emial id, e mail, email id, e mail id, email address, e mail address, mail, mail id,
        mail address, student email, student email id, candidate email, contact email, primary email,
        personal email, sender email, your email, your email address, your email id, gmail, gmail id, work
        email, username email, ईमेल, ई मेल, ईमेल आईडी, ইমেইল, ઈમેલ, மின்னஞ்சல், ఈమెయిల్, ಇಮೇಲ್, ഇമെയിൽ
    """,
    Field.SOURCE: """
        source, lead source, source of lead, enquiry source, source of enquiry, source name, lead source
        name, utm source, sub source, channel, lead channel, medium, utm medium, lead origin, origin,
        portal, portal name, vendor, publisher, publisher name, platform, campaign, campaign name, utm campaign, lead
        campaign, how did you hear about us, how did you come to know about us, how did you know about us,
        how did you find us, where did you hear about us, came to know through, came through, media, srot,
        madhyam, स्रोत, माध्यम, form name, ad name
    """,
    Field.COURSE: """
        course, course name, preferred course, course preferred, course interested, course interested in,
        interested course, course of interest, courses, course applied, course applied for, course enquired,
        enquired for, course enquired for, query product name, course looking for, desired course,
        course ka naam, कोर्स का नाम, विषय का नाम, course
        selected, selected course, program, programme, program name, programme name, preferred program,
        program interested in, program of interest, program interested, interested program, interested in,
        course program, course programme, degree, stream, stream interested, specialization, specialisation,
        branch interested, subject, subject interested, which course, course preference, product, product
        name, vishay, pathyakram, paathyakram, kors, विषय, पाठ्यक्रम, कोर्स, अभ्यासक्रम, কোর্স, કોર્સ,
        અભ્યાસક્રમ, ਕੋਰਸ, படிப்பு, కోర్సు, ಕೋರ್ಸ್, കോഴ്സ്
    """,
    Field.STATUS: """
        status, lead status, current status,
        prospect stage, call status, calling status, enquiry status, status of lead,
        student status, lead stage, stage, current stage, disposition, call disposition, sub status, lead
        substatus, outcome, call outcome, sthiti, स्थिति, स्टेटस, स्थिती
    """,
    Field.OWNER: """
        owner, lead owner, assigned to, assignee, assigned, allocated to, allotted to, alloted to, given to,
        handled by, followed by, counsellor, counselor, counsellor name, counselor name, assigned
        counsellor, assigned counselor, student counsellor, lead counsellor, telecaller, tele caller,
        telecaller name, caller name, calling by, called by, executive, executive name, sales executive,
        sales person, salesperson, sales rep, sales user, agent, agent name, lead assigned to, responsible,
        in charge
    """,
    Field.CUSTOMER_ID: "customer id",
    Field.FOLLOW_UP: """
        follow up, followup, follow up date, followup date, follow up on, follow up at, next follow up, next
        followup, next follow up date, next followup date, next follow up on, next follow up at, follow up
        date time, follow up time, callback date, call back date, call back, callback, call back on, call
        later on, next call, next call date, next call on, next action date, next contact date, reminder,
        reminder date, nfd, next date
    """,
}

FAMILY = frozenset(
    """
    father fathers mother mothers parent parents guardian guardians spouse husband wife brother sister relative
    पिता माता अभिभावक pita mata abhibhavak
    """.split()
)
# Someone else's number or name; a column so called is never the aspirant's.
RELATIVES = FAMILY | frozenset(
    """
    home residence office landline alternate alternative alternatively alt other second secondary emergency 2 3
    4 two three वैकल्पिक
    """.split()
)
STAFF = frozenset(
    """
    staff counsellor counselor counsellors agent executive owner assigned telecaller employee faculty teacher
    principal manager reference referrer referral referred refered referee school college institute company
    organisation organization branch centre center vendor sales support helpline our consultant spoc
    """.split()
)

# A label with one of these is an id, an amount, a date of birth …: nothing may be guessed from its digits.
NEVER_A_PHONE = frozenset(
    """
    id ids uid uuid s sno slno srno serial sr sl sn roll reg regn registration application app appl enrolment
    enrollment enquiry inquiry aadhaar aadhar adhar adhaar pan pin pincode pincodes zip zipcode postal postcode
    year amount fee fees paid price cost salary income budget marks mark percentage percent score rank cgpa age
    gender dob birth account ac acc invoice order receipt token gst gstin transaction txn utr ref reference code
    otp date time timestamp duration count total qty quantity size type verified valid validity status email
    mail name address consent optin opted preferred preference best convenient available mode method way sent
    shared group joined template url source stage channel medium reason dnd operator circle model brand device
    link ip lat lng latitude longitude views calls attempts hash
    """.split()
)
PHONE_WORDS = frozenset(
    """
    phone phones mobile mobiles mob mobno mbl whatsapp watsapp wa cell cellphone telephone tel landline contact
    contactno mobail phon phonenumber mobilenumber मोबाइल मोबाईल फोन संपर्क व्हाट्सएप दूरभाष
    """.split()
)
