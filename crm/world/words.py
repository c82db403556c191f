"""What made-up enquiries are made of: names in the scripts of India, places, numbers, what people say."""

FIRST = (
    "Aarav Aditi Aditya Akash Amit Ananya Anil Anjali Arjun Arun Asha Ashwin Bhavana Chaitanya Deepa Deepak Devika "
    "Dinesh Divya Farhan Fathima Gaurav Geetha Gopal Harini Harish Irfan Ishaan Jaya Jyoti Karan Karthik Kavya Kiran "
    "Krishna Lakshmi Lavanya Madhav Manish Manoj Meera Mohammed Mohan Nandini Naveen Neha Nikhil Nisha Pooja Pradeep "
    "Pranav Prasad Priya Rahul Rajesh Rakesh Ramya Ravi Rekha Ritu Rohan Sachin Sandeep Sanjay Sara Shalini Shreya "
    "Sneha Sonal Srinivas Sunil Sunita Suresh Swathi Tanvi Tarun Uma Vandana Varun Venkatesh Vidya Vijay Vikram Vinod "
    "Vishal Yamini Yash Zainab"
).split()
LAST = (
    "Agarwal Ahmed Babu Bansal Bhat Bose Chauhan Chopra Das Desai Deshmukh Dutta Fernandes Gandhi Ghosh Gowda Gupta "
    "Hegde Iyer Jadhav Jain Joshi Kapoor Kaur Khan Krishnan Kulkarni Kumar Mehta Menon Mishra Mukherjee Nair Naidu "
    "Pandey Patel Patil Pillai Prasad Rao Reddy Roy Saxena Shah Sharma Shetty Shinde Singh Sinha Thomas Tiwari Trivedi "
    "Varghese Varma Verma Yadav"
).split()
# The same in other scripts: (first names, last names).
SCRIPTS = [
    ("आरव अदिति अमित अंजलि दीपक नेहा प्रिया राहुल संजय सुनीता विकास पूजा", "शर्मा वर्मा गुप्ता यादव सिंह मिश्रा जोशी तिवारी"),
    ("അനിൽ അഞ്ജലി ദീപ ഗീത ഹരി ലക്ഷ്മി മനോജ് നിഷ രാജേഷ് വിദ്യ", "നായർ മേനോൻ പിള്ള കുമാർ തോമസ് വർഗീസ്"),
    ("கவிதா முருகன் லட்சுமி கார்த்திக் மீனா சுரேஷ் அருண் தமிழ்", "ராஜன் குமார் சுந்தரம் பாண்டியன் செல்வம்"),
    ("প্রিয়া অনির্বাণ সৌরভ মিতা রূপা অমিত সুমন", "সেন বসু দাস ঘোষ মুখার্জি রায়"),
    ("రవి లక్ష్మి సురేష్ కావ్య మహేష్ స్వాతి", "రెడ్డి రావు నాయుడు శర్మ"),
    ("ಕಿರಣ್ ಸುಮಾ ಮಂಜುನಾಥ್ ರೂಪಾ ಚೇತನ್", "ಗೌಡ ಹೆಗಡೆ ಶೆಟ್ಟಿ ರಾವ್"),
    ("જિગર કિંજલ હાર્દિક ધારા મિતેશ", "પટેલ શાહ દેસાઈ મહેતા"),
]
AREAS = [
    "Andheri West, Mumbai", "Bandra East, Mumbai", "Koramangala, Bengaluru", "Indiranagar, Bengaluru",
    "Whitefield, Bengaluru", "Jayanagar, Bengaluru", "T Nagar, Chennai", "Adyar, Chennai", "Velachery, Chennai",
    "Banjara Hills, Hyderabad", "Gachibowli, Hyderabad", "Kukatpally, Hyderabad", "Salt Lake, Kolkata",
    "Park Street, Kolkata", "Dwarka, New Delhi", "Rohini, New Delhi", "Lajpat Nagar, New Delhi", "Kothrud, Pune",
    "Hinjewadi, Pune", "Viman Nagar, Pune", "Navrangpura, Ahmedabad", "Satellite, Ahmedabad", "Malviya Nagar, Jaipur",
    "Gomti Nagar, Lucknow", "Kakkanad, Kochi", "Edappally, Kochi", "Peelamedu, Coimbatore", "Civil Lines, Nagpur",
    "Vijay Nagar, Indore", "Gajuwaka, Visakhapatnam", "Benz Circle, Vijayawada", "Arera Colony, Bhopal",
    "Boring Road, Patna", "Sector 17, Chandigarh", "Model Town, Ludhiana", "Pattom, Thiruvananthapuram",
]  # fmt: skip
# First four digits of Indian mobile numbers.
SERIES = [
    7001, 7358, 7411, 7500, 7702, 7760, 7829, 7893, 7976, 8050, 8105, 8123, 8296, 8310, 8446, 8500, 8600, 8700, 8800,
    8904, 9008, 9035, 9164, 9320, 9400, 9447, 9448, 9535, 9611, 9686, 9731, 9820, 9845, 9880, 9900, 9945, 9986, 6360,
    6200, 6301,
]  # fmt: skip
SOURCES = [
    "Website", "Facebook", "Google Ads", "Walk-in", "Referral", "Education fair", "WhatsApp", "JustDial", "Shiksha",
    "School visit", "Newspaper", "Radio",
]  # fmt: skip
COURSES = [
    "MBA", "BBA", "BCA", "B.Com", "B.Tech CSE", "B.Tech Mechanical", "MCA", "B.Sc Nursing", "B.Des", "LL.B",
]  # fmt: skip
LOST_REASONS = ["Joined elsewhere", "Fees too high", "Too far away", "Not eligible", "Will try next year"]
REMARKS = [
    "", "", "", "Call after 6 pm", "Interested in MBA", "Wants B.Tech CSE seat", "Asked for fee structure",
    "Parent will decide", "Looking for scholarship", "Visited website", "Referred by a friend",
    "Walk-in enquiry, wants hostel details and a campus visit next week",
]  # fmt: skip
SAID = [
    "", "", "", "rang out", "switched off", "asked for the fees", "wants to see the campus", "after the results",
    "after talking to her father", "sent the brochure on WhatsApp", "call in the evening", "joined elsewhere",
]  # fmt: skip
NOTES = [
    "Prefers WhatsApp.", "Speaks Malayalam and Hindi.", "Father is the one to talk to.", "Wants hostel details.",
    "Plus two with 82 %, asks about the scholarship.", "Comes on Saturday with her parents.",
    "Compares with two other colleges; decides after the results.",
]  # fmt: skip

_NUMBERS = len(SERIES) * 1_000_000
_STEP = 27_644_437  # prime to the number of numbers, so that no number comes twice


def phone(place: int) -> str:
    """The ten digits of the made-up person at `place`; nobody else's."""
    number = place * _STEP % _NUMBERS
    return f"{SERIES[number % len(SERIES)]}{number // len(SERIES):06d}"
