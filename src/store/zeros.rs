//! What zeros hash to, by the GiB: sizes that people write, and that would take half a minute and more.
//!
//! Anybody can check a line: `head -c 20G /dev/zero | md5sum`.

use crate::config::Algorithm;

/// A size in GiB, and MD5, SHA-1, SHA-256 and SHA-512 of so many zeros.
type Line = (u64, [&'static str; 4]);

/// The hash of so many zeros, if it is known.
pub(super) fn hash(size: u64, algorithm: Algorithm) -> Option<&'static str> {
    let (_, hashes) = LINES.iter().find(|(gib, _)| gib << 30 == size)?;
    let [md5, sha1, sha256, sha512] = hashes;
    let hash = match algorithm {
        Algorithm::Md5 => md5,
        Algorithm::Sha1 => sha1,
        Algorithm::Sha256 => sha256,
        Algorithm::Sha512 => sha512,
    };
    Some(hash)
}

const LINES: [Line; 17] = [
    (
        1,
        [
            "cd573cfaace07e7949bc0c46028904ff",
            "",
            "49bc20df15e412a64472421e13fe86ff1c5165e18b2afccf160d4dc19fe68a14",
            "c5041ae163cf0f65600acfe7f6a63f212101687d41a57a4e18ffd2a07a452cd8175b8f5a4868dd2330bfe5ae123f18216bdbc9e0f80d131e64b94913a7b40bb5",
        ],
    ),
    (
        2,
        [
            "a981130cf2b7e09f4686dc273cf7187e",
            "",
            "a7c744c13cc101ed66c29f672f92455547889cc586ce6d44fe76ae824958ea51",
            "0414cac598ebfa08e8e9c6d2544aa414385b9985c5d67d7a8746aa64324c715fa96ff63351016d30dd2b89276252c121c71619f15496b5ca95785d0b25fe4dfd",
        ],
    ),
    (
        3,
        [
            "c698c87fb53058d493492b61f4c74189",
            "",
            "305b66a59d15b252092fbda9d09711230c429f351897cbd430e7b55a35fd3b97",
            "bf554a61551d250585ecfe6c82b14a3e26594311f27d433280768d9d4bcd8daddbd180a661100b1dd2437d996696ee333308c19b8a519bbacc49e97b5f101648",
        ],
    ),
    (
        4,
        [
            "c9a5a6878d97b48cc965c1e41859f034",
            "",
            "8479e43911dc45e89f934fe48d01297e16f51d17aa561d4d1c216b1ae0fcddca",
            "43b5c6f434f71daae80a502212dc8c0e9e52d8b075d589afa430092eaf2d7f960cb097cb5ec656cdeaf87d5a9e61fa8e81665b07f40665fd8b09b6aeccb7f02f",
        ],
    ),
    (
        5,
        [
            "ec4bcc8776ea04479b786e063a9ace45",
            "",
            "7f06c62352aebd8125b2a1841e2b9e1ffcbed602f381c3dcb3200200e383d1d5",
            "e4f21997407b9cb0df347f6eba2feaeb14c19f15cf784da06b78e1d5ff776a419535c894dea10a859fa72bcb234e94ada0fc86de0ff127bf9280eede8d473edb",
        ],
    ),
    (
        6,
        [
            "58cf638a733f919007b4287cf5396d0c",
            "",
            "5c32c2b28999325bc5ad39d6530bcb46fbdf1f86375a991b7269764c50b0d109",
            "ae875937efcd9eece6b2d5bbed67bdbd84e46542ace45ff6f7a53280aa1960de9d960c6f9c4998a7e40ca8af54a47f40df9864bf9057d0e757495b6613e6f714",
        ],
    ),
    (
        8,
        [
            "b770351fadae5a96bbaf9702ed97d28d",
            "",
            "ebfb4ef19ae410f190327b5ebd312711263bc7579970e87d9c1e2d84e06b3c25",
            "ccc18b08e3c705a8ebced1c1935e8169a295d9b0479e68421c5b6ac9049e927a79a7c6c694f7ec249a977aff3f756a307ccb66239e58c60deb2d964ed21b2653",
        ],
    ),
    (
        10,
        [
            "2dd26c4d4799ebd29fa31e48d49e8e53",
            "",
            "732377e7f4a2abdc13ddfa1eb4c9c497fd2a2b294674d056cf51581b47dd586d",
            "0a9ed4396868700784918a83a595845d70e582eb0e625c48ace24f4ee94e705247e210339c5f5a55e597f00d2c3217b0c0797e1bfc617161e00de96eaee2d068",
        ],
    ),
    (
        12,
        [
            "85330bbabd03c71169b3d14ce1ae1dff",
            "",
            "a4e7629528d07ac11c710193c10455ddf7e3f6294bbf1471d4262a9695083a8b",
            "3a3947ce624bd1e2663df75b061c473cd7b695c869c46a8e69a31238dc9e910ceacb801c03966379d0268b3829a29c29fe7dd14dc970bb5c35106d40e84cee8d",
        ],
    ),
    (
        15,
        [
            "ecbf1d9d6ab5abf0db82ab772e44d3ff",
            "",
            "55a20aa6ffa6c4c931daa2fcf823213783ab13a8bd9e15e05fc93143b038c5c4",
            "608bb9ebf283dc5db30901f5a6dcca02243d468a87bee90a91176260bda171b3c6de9e23b31fdeb6cbd14630b1814b94e8f1348b7bb3941c54679ea780386cc2",
        ],
    ),
    (
        16,
        [
            "746faecedf11a111dbad89b79e5ce1f3",
            "",
            "07d217ebccc55480b7afa191674ec5da87f2d14efbc04dbc7e40efe345f16776",
            "0dba8aa131293f0c97313b7a74edcbeb00d42e01ec45d26695b0111239b3882da1cda9ec345f91b8e67ec3d3b7edba8868ba7be6ed9d84ffde076cebf911b5d3",
        ],
    ),
    (
        20,
        [
            "24eeb2845cbfda238b78fa165c21607d",
            "",
            "6cb118a8f8b3c19385874297e291dcbcdf3a9837ba1ca7b00ace2491adbff551",
            "acdb1ff05592e4e83c3b90daa006e301e42c16bb1324a140bc6d81638f06a60313fd5328b6c0a9fc3df8569ade85827c3285174dc496b05b459e1d238dcc9c06",
        ],
    ),
    (
        24,
        [
            "95b67c0248e7f7cc4a46407e184057db",
            "",
            "5db3bc7f28b45c5de177d7de35f2d8291eeb7cfad69ed76933731ec0ed9042ab",
            "c3a2cea3b47d71660d5980203fe1a4e2bf49620af983ad8f8745cd3e3f71a95cf6f0489fb1e196689396206bf750044d53a41a6b1bd912c93917f5e1e946d7de",
        ],
    ),
    (
        25,
        [
            "54c72abc4f2ae91828cc4b8d95864e38",
            "",
            "7c6d840b0cf63fcabe1d6655dad9e823003aece48a20af9783c5dc209ace799b",
            "f921bdf9a35dbda67db91577cf16e0cb86fa1f049a27cbc1012bab3a974d916aadf642b718753d4833d04f30e9cc50197c1d30313fdbac005c2a36b58826e792",
        ],
    ),
    (
        30,
        [
            "b5622c6c6fc5ab85712dc2a08c9e55d3",
            "",
            "977bf5033165994e1d6837b65d66ac29093bfcfb1e49b4b828387b35cc830673",
            "8bf153a2485b5c8b5b1b468c5d4f6cc0dc4a106c551480496c9985877d0f066f0d2115a055ef621eb620ef818fef0a4bfa5443f14a7a609d730a6699fd685c58",
        ],
    ),
    (
        32,
        [
            "69a85eaa6fd28784c634a6bcb1d5984c",
            "",
            "97af759fc4597bc41706df77cbab318a57d935bacb262bd409e3ab767e07066f",
            "29fbde1095ed58f312b45f98bb513513352b5e344133cc9203b341d24f7adf650c769da25fdf50b43da5245c103a0381f96556cd6ce80f90d587cfe92f3d099d",
        ],
    ),
    (
        40,
        [
            "c45e93a611a7283b3be8a261b4c801b6",
            "",
            "2109856cb6642099b7ae3ee3bdf2b1bd7f64af573b04958e8cdd278a786252cc",
            "68eaa567f0ede602c8a89bae07093d42afa5bb42306c99c2a9f2c124d688e42e323bae405b3ca06f5dc360d13325159e09e2ab89a9c82822356e25344fadc787",
        ],
    ),
];
